// The charts of a simulated run; the report's script, which stands behind this one, draws them with its own.
window.moreCharts = function (tools) {
  "use strict";
  const { axis, base, chosen, colour, inside, line, palette, safe, say } = tools;
  const MOST_COLOURS = 10;
  const DATES = { year: "{yyyy}", month: "{yyyy}-{MM}", day: "{MM}-{dd}", hour: "{HH}:{mm}", minute: "{HH}:{mm}", second: "{HH}:{mm}:{ss}" };
  const two = (number) => String(number).padStart(2, "0");

  // Seconds of the run as texts: dates in UTC, or what has passed since the beginning.
  function elapsed(seconds, exact) {
    const whole = Math.abs(Math.round(seconds));
    const [days, rest] = [Math.floor(whole / 86400), whole % 86400];
    const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}` + (exact || rest % 60 ? `:${two(rest % 60)}` : "");
    return (seconds < 0 ? "-" : "") + (days ? `${days}-` : "") + clock;
  }
  function moment(spec, seconds) {
    if (spec.clock.elapsed) return elapsed(seconds, true);
    return new Date(1000 * (spec.clock.origin + seconds)).toISOString().slice(0, 19).replace("T", " ");
  }
  const ms = (spec) => (seconds) => 1000 * (spec.clock.origin + seconds);

  function times(spec, [from, until]) {
    const formatter = spec.clock.elapsed ? (value) => elapsed(value / 1000 - spec.clock.origin) : DATES;
    return axis({ type: "time", min: ms(spec)(from), max: ms(spec)(until), axisLabel: { formatter }, splitLine: { show: true } });
  }

  // The heading above a chart says what it is; its own title would say it again.
  function plain(spec, name) {
    const whole = base(spec, name);
    return { ...whole, title: { ...whole.title, show: false }, legend: { ...whole.legend, top: 4, type: "scroll", right: 110 }, grid: { ...whole.grid, top: 36 } };
  }

  const amount = (value) => value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });

  // Stripes that are seen in both themes, and in grey.
  function stripes(ink) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.strokeStyle = ink;
    pen.lineWidth = 1.5;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
      pen.stroke();
    }
    return { image: tile, repeat: "repeat" };
  }

  function box(api, at, from, until, low, high, gap) {
    const [left, top] = api.coord([at(from), low]);
    const [right, bottom] = api.coord([at(until), high]);
    return { x: left, y: top + gap / 2, width: Math.max(right - left, 1), height: Math.max(bottom - top - gap, 1) };
  }
  function clipped(params, shape) {
    const { x, y, width, height } = params.coordSys;
    return echarts.graphic.clipRectByRect(shape, { x, y, width, height });
  }

  function told(spec, row) {
    const [id, submit, start, finish, cores, queue, user, flags, interrupted] = spec.jobs[row];
    const { words } = spec;
    const name = (of, place) => spec.groups[of][place] || say(words.nobody);
    return [
      `<b>${safe(id)}</b>`,
      `${say(words.user)}: ${safe(name("user", user))}`,
      `${say(words.queue)}: ${safe(name("queue", queue))}`,
      `${say(words.cores)}: ${cores.toLocaleString("en")}`,
      `${say(words.submitted)}: ${moment(spec, submit)}`,
      `${say(words.ran)}: ${moment(spec, start)} – ${moment(spec, finish)}`,
      `${say(words.waited)}: ${elapsed(start - submit, true)}`,
      ...(flags & 1 ? [say(words.backfilled)] : []),
      ...(flags & 2 ? [say(words.killed)] : []),
      ...(interrupted ? [`${say(words.preempted)}: ${interrupted}`] : []),
    ].join("<br>");
  }

  function gantt(spec, name) {
    const whole = plain({ ...spec, series: [] }, name);
    const select = document.querySelector(`select[data-of="${name}"]`);
    spec.by.forEach((word, place) => { if (select) select.options[place].textContent = say(spec.words[word]); });
    const by = spec.by[chosen.get(name) || 0];
    const column = by === "user" ? 6 : 5;
    const at = ms(spec);
    const colours = palette();
    const groups = spec.groups[by].slice(0, MOST_COLOURS).map((label, place) => ({ label: label || say(spec.words.nobody), colour: colours[place] }));
    if (spec.groups[by].length > MOST_COLOURS) groups.push({ label: say(spec.words.others), colour: colour("rest") });
    const group = (row) => Math.min(spec.jobs[row][column], groups.length - 1);
    const suspended = new Map();
    for (const [row, from, until] of spec.pale) suspended.set(row, [...(suspended.get(row) || []), [from, until]]);
    const height = spec.rows.reduce((sum, [, , size]) => sum + size, 0);
    const bare = spec.rows.length === 1 && spec.rows[0][0] === "";
    const middles = spec.rows.map(([, first, size]) => first + size / 2);
    const names = new Map(spec.rows.map(([label, first, size]) => [first + size / 2, label]));
    const edges = spec.rows.map(([, first]) => first).concat(height);
    const machines = bare ? { name: say(spec.words.processors), nameGap: 8 } : {
      axisTick: { show: false, customValues: edges },
      axisLabel: { customValues: middles, formatter: (value) => (names.get(value) || "").slice(0, 18) },
      splitLine: { customValues: edges },
    };

    const job = (place) => (params, api) => {
      const [row, low, high] = blocks[place][params.dataIndex];
      const [, , start, finish] = spec.jobs[row];
      const paper = colour("paper");
      const gap = Math.abs(api.coord([0, low])[1] - api.coord([0, low + 1])[1]) > 5 ? 1 : 0;
      const fill = groups[place].colour;
      const drawn = (from, until, z2, style, silent) => {
        const shape = clipped(params, box(api, at, from, until, low, high, gap));
        if (!shape) return [];
        const edge = shape.width > 3 && shape.height > 3 ? { stroke: paper, lineWidth: 1 } : {};
        return [{ type: "rect", shape, z2, style: style || { fill, ...edge }, silent }];
      };
      const rests = suspended.get(row);
      if (!rests) return { type: "group", children: drawn(start, finish, 1 + row) };
      // Who runs meanwhile on the same processors lies over the pale part, whoever of the two started first.
      const ends = rests.map(([from]) => from).concat(finish);
      const runs = [start].concat(rests.map(([, until]) => until)).map((from, turn) => [from, ends[turn]]);
      return { type: "group", children: [
        ...drawn(start, finish, 0),
        ...rests.flatMap(([from, until]) => drawn(from, until, 0, { fill: paper, opacity: 0.7 }, true)),
        ...runs.flatMap(([from, until]) => (until > from ? drawn(from, until, 1 + row) : [])),
      ] };
    };
    const blocks = groups.map((_, place) => spec.blocks.filter(([row]) => group(row) === place));
    const striped = stripes(colour("soft"));
    return {
      ...whole,
      useUTC: true,
      legend: { ...whole.legend, show: true },
      tooltip: { ...whole.tooltip, formatter: ({ data, seriesId }) => {
        if (seriesId !== "promises") return told(spec, data[0]);
        const [id, made, over, start] = data;
        return `${say(spec.words.kept_for)} <b>${safe(id)}</b><br>${moment(spec, made)} – ${moment(spec, over)}` +
          (start === null ? "" : `<br>${say(spec.words.promised)}: ${moment(spec, start)}`);
      } },
      xAxis: times(spec, spec.span),
      yAxis: axis({ type: "value", min: 0, max: height, inverse: true, ...machines }),
      dataZoom: [{ ...inside, xAxisIndex: 0, filterMode: "none" }, { ...inside, yAxisIndex: 0, filterMode: "none" }],
      series: [
        ...(spec.promises.length ? [{
          id: "promises",
          type: "custom",
        progressive: 0,
          name: say(spec.words.reserved),
          color: colour("soft"),
          itemStyle: { color: colour("soft") },
          encode: { x: [1, 2], y: [4, 5] },
          data: spec.promises,
          z: 1,
          renderItem: (params, api) => {
            const [, made, over, , low, high] = spec.promises[params.dataIndex];
            const shape = clipped(params, box(api, at, made, over, low, high, 0));
            return shape && { type: "rect", shape, style: { fill: striped, stroke: colour("soft"), lineWidth: 0.5 } };
          },
        }] : []),
        ...groups.map(({ label, colour: fill }, place) => ({
          id: `jobs-${place}`,
          type: "custom",
        progressive: 0,
          name: label,
          color: fill,
          itemStyle: { color: fill },
          encode: { x: -1, y: [1, 2] },
          data: blocks[place],
          z: 2,
          renderItem: job(place),
        })),
      ],
    };
  }

  function course(spec, name) {
    const at = ms(spec);
    const ends = spec.edges.map(at);
    const points = (values) => ends.map((end, place) => [end, values[Math.min(place, values.length - 1)]]);
    const all = [...spec.stacked, ...spec.lines];
    const whole = plain({ ...spec, series: all }, name);
    const colours = palette();
    const limit = spec.limit === null ? undefined : line({ yAxis: spec.limit }, `${say(spec.limit_name)}: ${amount(spec.limit)}`);
    const marked = spec.marked && {
      silent: true,
      itemStyle: { color: colour("accent"), opacity: 0.12 },
      label: { color: colour("soft"), position: "insideTop" },
      data: [[{ name: say(spec.marked_name), xAxis: at(spec.marked[0]) }, { xAxis: at(spec.marked[1]) }]],
    };
    const shared = { type: "line", step: "end", symbol: "none" };
    return {
      ...whole,
      useUTC: true,
      tooltip: { ...whole.tooltip, trigger: "axis", formatter: (shown) =>
        [moment(spec, shown[0].value[0] / 1000 - spec.clock.origin),
          ...shown.map((one) => `${one.marker}${safe(one.seriesName)}: <b>${amount(one.value[1])}</b>`)].join("<br>") },
      grid: { ...whole.grid, top: 60 },
      xAxis: times(spec, [spec.edges[0], spec.edges[spec.edges.length - 1]]),
      yAxis: axis({ type: "value", min: 0, axisLabel: { formatter: amount } }),
      dataZoom: [{ ...inside, xAxisIndex: 0, filterMode: "none" }],
      series: all.map((one, place) => {
        const stacked = place < spec.stacked.length;
        const ink = colours[place] || colour("rest");
        return {
          ...shared,
          name: say(one.name),
          color: ink,
          data: points(one.values),
          stack: stacked ? "used" : undefined,
          lineStyle: { width: stacked ? 0 : 1.5, type: !stacked && place > 1 ? "dashed" : "solid", color: ink },
          areaStyle: stacked ? { opacity: 0.85 } : one.filled ? { opacity: 0.25 } : undefined,
          markLine: place === 0 ? limit : undefined,
          markArea: place === 0 && marked ? marked : undefined,
        };
      }),
    };
  }

  function heat(spec, name) {
    const whole = plain(spec, name);
    const at = ms(spec);
    const cells = spec.cells.flatMap((row, place) => row.map((share, part) => [part, place, share]));
    const machines = spec.rows.map((_, place) => place);
    return {
      ...whole,
      useUTC: true,
      grid: { ...whole.grid, right: 90 },
      tooltip: { ...whole.tooltip, formatter: ({ value: [part, place, share] }) =>
        `${safe(spec.rows[place])}<br>${moment(spec, spec.edges[part])} – ${moment(spec, spec.edges[part + 1])}<br>${say(spec.busy)}: <b>${amount(100 * share)} %</b>` },
      visualMap: { type: "continuous", dimension: 2, min: 0, max: 1, right: 0, top: "middle", text: ["100 %", "0 %"],
        textStyle: { color: colour("soft") }, inRange: { color: [colour("paper"), colour("low"), colour("high")] },
        formatter: (share) => `${amount(100 * share)} %` },
      xAxis: times(spec, [spec.edges[0], spec.edges[spec.edges.length - 1]]),
      yAxis: axis({ type: "category", inverse: true, data: machines, splitLine: { show: false }, axisTick: { show: false },
        axisLabel: { formatter: (place) => spec.rows[Number(place)].slice(0, 22) } }),
      dataZoom: [{ ...inside, xAxisIndex: 0, filterMode: "none" }, { ...inside, yAxisIndex: 0, filterMode: "none" }],
      series: [{
        type: "custom",
        progressive: 0,
        encode: { x: -1, y: 1, tooltip: 2 },
        data: cells,
        renderItem: (params, api) => {
          const [part, place] = [api.value(0), api.value(1)];
          const [left, middle] = api.coord([at(spec.edges[part]), place]);
          const [right] = api.coord([at(spec.edges[part + 1]), place]);
          const high = api.size([0, 1])[1];
          const shape = clipped(params, { x: left, y: middle - high / 2 + 0.5, width: right - left + 0.5, height: high - 1 });
          return shape && { type: "rect", shape, style: { fill: api.visual("color") } };
        },
      }],
    };
  }

  return { gantt, course, heat };
};

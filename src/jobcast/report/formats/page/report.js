// Draws the charts of the page from the values in #charts, and switches language and theme.
(function () {
  "use strict";
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById("charts").textContent);
  const words = JSON.parse(document.getElementById("words").textContent);
  const drawn = new Map();
  const chosen = new Map();
  let onPaper = false;

  const chinese = () => root.lang === "zh-CN";
  const say = (text) => (Array.isArray(text) ? text[chinese() ? 1 : 0] : text);
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const palette = () =>
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"].map(colour);
  // Names come from users, and ECharts shows labels of tooltips as HTML.
  const safe = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

  function amount(value, unit, bare) {
    if (value === null || value === undefined) return "–";
    if (unit === "share") return (100 * value).toLocaleString("en", { maximumFractionDigits: 1 }) + " %";
    if (unit === "h") return duration(value);
    const size = Math.abs(value);
    const digits = Number.isInteger(value) || size >= 100 ? 0 : Math.min(2 - Math.floor(Math.log10(size)), 6);
    const text = value.toLocaleString("en", { maximumFractionDigits: digits });
    if (unit === "ratio") return "×" + text;
    return bare || unit === "jobs" || unit === "text" ? text : `${text} ${unit}`;
  }

  function duration(hours) {
    const [size, name] = [[24, "d"], [1, "h"], [1 / 60, "min"]].find(([size]) => hours >= size) || [1 / 3600, "s"];
    return (hours / size).toLocaleString("en", { maximumSignificantDigits: 3 }) + " " + name;
  }

  const STEPS = { GiB: [[1 / 1024, "MiB"], [1, "GiB"], [1024, "TiB"]], h: [[1 / 3600, "s"], [1 / 60, "min"], [1, "h"], [24, "d"]] };

  function power(exponent, unit) {
    const value = 2 ** exponent;
    const steps = (STEPS[unit] || [[1, ""]]).filter(([size], place) => place === 0 || value >= size * 0.999);
    const [size, name] = steps[steps.length - 1];
    const digits = value / size >= 10 ? 0 : value / size >= 1 ? 1 : 2;
    return (value / size).toLocaleString("en", { maximumFractionDigits: digits }) + (name ? " " + name : "");
  }

  const MINUTE = 1 / 60;
  const TIMES = [1 / 3600, 10 / 3600, MINUTE, 10 * MINUTE, 1, 6, 24, 168, 720, 8760];
  const MORE_TIMES = [1, 2, 5, 10, 20, 30].flatMap((size) => [size / 3600, size * MINUTE])
    .concat([1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720, 1440, 2160, 4320, 8760]);

  // Where an axis from 2 ** low to 2 ** high gets its lines: at powers of two, times at what clocks and calendars count.
  function ticks(low, high, unit) {
    const within = (times) => times.map(Math.log2).filter((exponent) => exponent >= low - 1e-9 && exponent <= high + 1e-9);
    if (unit === "h") {
      const [coarse, fine] = [within(TIMES), within(MORE_TIMES)];
      if (coarse.length > 3 || fine.length > 9) return coarse;
      if (fine.length > 1) return fine;
    }
    const step = Math.max(1, Math.ceil((high - low) / 8));
    const first = Math.ceil(low - 1e-9);
    const found = Array.from({ length: Math.max(0, Math.floor((high - first) / step + 1e-9) + 1) }, (_, place) => first + place * step);
    return found.length > 1 ? found : [0, 1, 2, 3, 4].map((part) => low + (part * (high - low)) / 4);
  }

  function at(places) {
    const customValues = places;
    return { axisTick: { customValues }, axisLabel: { customValues }, splitLine: { customValues } };
  }

  function base(spec, name) {
    const ink = { color: colour("ink") };
    return {
      animation: false,
      aria: { enabled: true },
      backgroundColor: "transparent",
      color: palette(),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, ...ink },
      title: { text: say(spec.title), left: 0, top: 0, padding: 4, itemGap: 4, textStyle: { fontSize: 14, ...ink } },
      legend: { show: (spec.series || []).length > 1, top: 30, left: 0, itemHeight: 10, textStyle: ink },
      grid: { left: 12, right: 24, top: 66, bottom: 12, outerBoundsMode: "same", outerBoundsContain: "all" },
      toolbox: {
        show: !onPaper,
        right: 8,
        iconStyle: { borderColor: colour("soft") },
        feature: {
          dataZoom: { title: { zoom: say(words.zoom), back: say(words.unzoom) } },
          restore: { title: say(words.whole) },
          saveAsImage: { type: spec.renderer === "canvas" ? "png" : "svg", title: say(words.save), name: `jobcast-${name}`, backgroundColor: colour("paper") },
        },
      },
      tooltip: {
        confine: true,
        backgroundColor: colour("paper"),
        borderColor: colour("line"),
        textStyle: ink,
      },
    };
  }

  function axis(extra) {
    return {
      axisLabel: { color: colour("soft"), hideOverlap: true, ...(extra.axisLabel || {}) },
      axisLine: { onZero: false, lineStyle: { color: colour("line") } },
      splitLine: { lineStyle: { color: colour("line") }, ...(extra.splitLine || {}) },
      nameTextStyle: { color: colour("soft") },
      nameLocation: "middle",
      ...Object.fromEntries(Object.entries(extra).filter(([name]) => !["axisLabel", "splitLine"].includes(name))),
    };
  }

  const inside = { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: "ctrl", moveOnMouseWheel: false };

  function line(where, text) {
    return {
      silent: true,
      symbol: "none",
      lineStyle: { color: colour("warm"), width: 2, type: "dashed" },
      label: { color: colour("warm"), formatter: text, position: "insideEndTop" },
      data: [where],
    };
  }

  function rows(spec, name) {
    const names = spec.rows.map(say);
    const cut = (name) => (name.length > 16 ? name.slice(0, 15) + "…" : name);
    const all = names.length <= 16 ? { interval: 0, rotate: names.length > 5 ? 35 : 0, hideOverlap: false } : {};
    const whole = base(spec, name);
    // The parts of a stack are many: their names may take two lines, below the icons.
    const room = spec.stacked ? { legend: { ...whole.legend, top: 46 }, grid: { ...whole.grid, top: 96 } } : {};
    const limit = spec.limit === null ? undefined : line({ yAxis: spec.limit }, amount(spec.limit, spec.unit));
    return {
      ...whole,
      ...room,
      tooltip: { ...whole.tooltip, trigger: "axis", formatter: (shown) =>
        [safe(shown[0].name), ...shown.map((one) => `${one.marker}${safe(one.seriesName)}: <b>${amount(one.value, spec.unit)}</b>`)].join("<br>") },
      xAxis: axis({ type: "category", data: names, splitLine: { show: false }, axisLabel: { formatter: cut, ...all } }),
      yAxis: axis({ type: "value", name: spec.series.length > 1 || ["share", "ratio", "jobs", "h"].includes(spec.unit) ? "" : spec.unit, nameLocation: "end", axisLabel: { formatter: (value) => amount(value, spec.unit, true) }, scale: spec.kind === "lines" && spec.limit !== null }),
      dataZoom: [{ ...inside, xAxisIndex: 0 }],
      series: spec.series.map((one, place) => ({
        name: say(one.name),
        type: spec.kind === "lines" ? "line" : "bar",
        stack: spec.stacked ? "all" : undefined,
        data: one.values,
        symbol: place ? "diamond" : "circle",
        symbolSize: 6,
        lineStyle: { width: 2, type: place ? "dashed" : "solid" },
        connectNulls: true,
        markLine: place ? undefined : limit,
      })),
    };
  }

  function ring(spec, name, width) {
    const colours = palette();
    const total = spec.slices.reduce((sum, [, value]) => sum + value, 0);
    const called = (place) => say(spec.slices[place][0]);
    const share = (place) => amount(spec.slices[place][1] / total, "share");
    const rest = (place) => place === spec.slices.length - 1 && Array.isArray(spec.slices[place][0]);
    const whole = base(spec, name);
    const middle = Math.min(0.26 * width, 200);
    const most = Math.max(8, Math.floor((width - middle - 0.22 * width - 110) / 8));
    const cut = (text) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
    return {
      ...whole,
      // Slices are told by number, since two may be called the same.
      legend: {
        orient: "vertical", left: middle + Math.min(150, 0.22 * width + 12), top: "middle", itemWidth: 14, itemHeight: 10,
        itemGap: 6, selectedMode: false,
        formatter: (place) => `{share|${share(Number(place))}}  ${cut(called(Number(place)))}`,
        textStyle: { color: colour("ink"), rich: { share: { width: 46, align: "right", color: colour("soft") } } },
      },
      toolbox: { ...whole.toolbox, feature: { saveAsImage: whole.toolbox.feature.saveAsImage } },
      tooltip: { ...whole.tooltip, formatter: ({ marker, dataIndex, value }) =>
        `${marker}${safe(called(dataIndex))}: <b>${amount(value, spec.unit)}</b> (${share(dataIndex)})` },
      series: [{
        type: "pie",
        radius: [Math.min(60, 0.1 * width), Math.min(125, 0.22 * width)],
        center: [middle, "54%"],
        itemStyle: { borderColor: colour("paper"), borderWidth: 1 },
        emphasis: { scale: false },
        label: {
          position: "inside", color: colour("paper"), fontWeight: 600,
          formatter: ({ dataIndex }) => (spec.slices[dataIndex][1] / total < 0.05 ? "" : share(dataIndex)),
        },
        labelLine: { show: false },
        data: spec.slices.map(([, value], place) => ({
          name: String(place),
          value,
          itemStyle: { color: rest(place) ? colour("rest") : colours[place % colours.length] },
        })),
      }],
    };
  }

  function reach(values) {
    const low = Math.floor(Math.min(...values));
    return [low, Math.max(Math.ceil(Math.max(...values)), low + 1)];
  }

  function logarithmic([low, high], about) {
    return axis({
      type: "value",
      min: low,
      max: high,
      name: say(about.name),
      nameGap: 8,
      ...at(ticks(low, high, about.unit)),
      axisLabel: { formatter: (value) => power(value, about.unit), ...at(ticks(low, high, about.unit)).axisLabel },
    });
  }

  function density(spec, name) {
    const cells = spec.cells.map(([x, y, jobs]) => [x / spec.steps, y / spec.steps, jobs, Math.log10(jobs)]);
    const size = 1 / spec.steps;
    const [low, high] = reach(cells.flatMap(([x, y]) => [x, x + size, y, y + size]));
    const most = Math.max(...cells.map((cell) => cell[3]), 0.3);
    const count = (value) => Math.round(10 ** value).toLocaleString("en");
    return {
      ...base(spec, name),
      grid: { ...base(spec, name).grid, right: 90, top: 40 },
      legend: { show: false },
      tooltip: { ...base(spec, name).tooltip, formatter: ({ value: [x, y, jobs] }) =>
        `${safe(say(spec.across.name))}: <b>${power(x, spec.across.unit)}</b><br>${safe(say(spec.up.name))}: <b>${power(y, spec.up.unit)}</b><br>${safe(say(spec.jobs))}: <b>${jobs.toLocaleString("en")}</b>` },
      visualMap: { type: "continuous", dimension: 3, min: 0, max: most, right: 0, top: "middle", seriesIndex: 0,
        text: [count(most), "1"], textStyle: { color: colour("soft") }, formatter: count,
        inRange: { color: [colour("low"), colour("high")] } },
      xAxis: logarithmic([low, high], spec.across),
      yAxis: logarithmic([low, high], spec.up),
      dataZoom: [{ ...inside, xAxisIndex: 0, filterMode: "none" }, { ...inside, yAxisIndex: 0, filterMode: "none" }],
      series: [
        {
          type: "custom",
          clip: true,
          dimensions: ["x", "y", "jobs", "log"],
          encode: { x: 0, y: 1 },
          data: cells,
          renderItem: (_, api) => {
            const [left, bottom] = api.coord([api.value(0), api.value(1)]);
            const [right, top] = api.coord([api.value(0) + size, api.value(1) + size]);
            return { type: "rect", shape: { x: left, y: top, width: Math.max(right - left, 2), height: Math.max(bottom - top, 2) }, style: { fill: api.visual("color") } };
          },
        },
        {
          type: "line",
          name: say(spec.diagonal),
          silent: true,
          symbol: "none",
          clip: true,
          lineStyle: { color: colour("warm"), type: "dashed", width: 2 },
          data: [[low, low], [high, high]],
        },
      ],
    };
  }

  function histograms(spec, name) {
    const person = spec.people[chosen.get(name) || 0];
    const size = 1 / spec.steps;
    const xs = person.bars.flatMap(([x]) => [x / spec.steps, x / spec.steps + size]).concat(person.limit);
    const colours = palette();
    return {
      ...base(spec, `${name}-${String((chosen.get(name) || 0) + 1).padStart(2, "0")}`),
      title: { ...base(spec, name).title, text: person.name, subtext: say(person.subtitle), subtextStyle: { color: colour("soft") } },
      legend: { ...base(spec, name).legend, top: 50 },
      grid: { ...base(spec, name).grid, top: 86 },
      tooltip: { ...base(spec, name).tooltip, formatter: ({ value: [x, , jobs], seriesName }) =>
        `${power(x, spec.across.unit)} – ${power(x + size, spec.across.unit)}<br>${safe(seriesName)}: <b>${jobs.toLocaleString("en")}</b>` },
      xAxis: logarithmic(reach(xs), spec.across),
      yAxis: axis({ type: "value", min: 0 }),
      dataZoom: [{ ...inside, xAxisIndex: 0, filterMode: "none" }],
      series: spec.series.map((label, place) => ({
        type: "custom",
        name: say(label),
        color: colours[place],
        clip: true,
        encode: { x: 0, y: 2 },
        data: person.bars.map((bar) => [bar[0] / spec.steps, place, bar[1 + place]]),
        markLine: place ? undefined : line({ xAxis: person.limit }, "95 %"),
        renderItem: (_, api) => {
          const half = size * 0.44;
          const begin = api.value(0) + size * 0.06 + place * half;
          const [left, top] = api.coord([begin, api.value(2)]);
          const [right, bottom] = api.coord([begin + half, 0]);
          return { type: "rect", shape: { x: left, y: top, width: right - left, height: bottom - top }, style: { fill: colours[place] } };
        },
      })),
    };
  }

  // Pages with charts of their own kind bring a script that stands before this one.
  const tools = { axis, base, chinese, chosen, colour, duration, inside, line, palette, safe, say, words };
  const makers = { bars: rows, lines: rows, ring, density, histograms, ...(window.moreCharts ? window.moreCharts(tools) : {}) };

  function draw(place) {
    const name = place.dataset.chart;
    const old = drawn.get(place);
    if (old) old.dispose();
    const spec = specs[name];
    const chart = echarts.init(place, null, { renderer: spec.renderer || "svg", locale: chinese() ? "ZH" : "EN" });
    chart.setOption(makers[spec.kind](spec, name, place.clientWidth));
    if (spec.across) for (const event of ["datazoom", "restore"]) chart.on(event, () => retick(chart, spec));
    drawn.set(place, chart);
  }

  function retick(chart, spec) {
    const places = (side, about) => at(ticks(...chart.getModel().getComponent(side).axis.scale.getExtent(), about.unit));
    chart.setOption({ xAxis: places("xAxis", spec.across), ...(spec.up ? { yAxis: places("yAxis", spec.up) } : {}) });
  }

  // What the wheel and dragging do, by keyboard; a browser's own keys are left to it.
  const KEYS = { "+": [0.5, 0, 0], "=": [0.5, 0, 0], "-": [2, 0, 0], _: [2, 0, 0],
    ArrowLeft: [1, -1, 0], ArrowRight: [1, 1, 0], ArrowDown: [1, 0, -1], ArrowUp: [1, 0, 1] };

  function press(event) {
    const chart = drawn.get(event.currentTarget);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "0") {
      chart.dispatchAction({ type: "restore" });
    } else {
      const [factor, across, up] = KEYS[event.key] || [1, 0, 0];
      const moved = chart.getOption().dataZoom.map(({ start, end }, place) => {
        const span = Math.min(100, Math.max(2, factor * (end - start)));
        const middle = (start + end) / 2 + (place ? up : across) * 0.25 * span;
        const begin = Math.min(100 - span, Math.max(0, middle - span / 2));
        return { dataZoomIndex: place, start: begin, end: begin + span, same: begin === start && begin + span === end };
      });
      if (moved.every(({ same }) => same)) return;
      chart.dispatchAction({ type: "dataZoom", batch: moved });
    }
    event.preventDefault();
  }

  const places = [...document.querySelectorAll("[data-chart]")];
  const drawAll = () => places.forEach(draw);
  const zoomable = places.filter((place) => specs[place.dataset.chart].kind !== "ring");
  zoomable.forEach((place) => {
    place.tabIndex = 0;
    place.setAttribute("aria-describedby", "keys");
    place.setAttribute("aria-keyshortcuts", "+ - 0");
    place.addEventListener("keydown", press);
  });

  const dark = () => root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const themes = document.getElementById("theme");
  const languages = document.getElementById("language");

  function label() {
    themes.textContent = say(dark() ? words.light : words.dark);
    themes.setAttribute("aria-pressed", String(dark()));
    languages.textContent = chinese() ? "English" : "中文";
    languages.lang = chinese() ? "en" : "zh-CN";
    document.title = say(words.title);
    document.querySelector("nav").setAttribute("aria-label", say(words.contents));
    places.forEach((place) => place.setAttribute("aria-label", say(specs[place.dataset.chart].title)));
    zoomable.forEach((place) => { place.dataset.keys = say(words.keys); });
  }

  function show() {
    label();
    drawAll();
    label(); // ECharts describes a chart in its own words; its title says more
  }

  languages.addEventListener("click", () => { root.lang = chinese() ? "en" : "zh-CN"; show(); });
  themes.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; show(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  document.querySelectorAll("select[data-of]").forEach((select) =>
    select.addEventListener("change", () => {
      chosen.set(select.dataset.of, select.selectedIndex);
      places.filter((place) => place.dataset.chart === select.dataset.of).forEach(draw);
      label();
    }));
  addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));

  // Paper is narrower than most windows: charts are drawn for its width, and the notes that fold out are unfolded.
  let before;
  function paper(wanted) {
    if (onPaper === wanted) return;
    onPaper = wanted;
    if (wanted) before = { theme: root.dataset.theme, folded: [...document.querySelectorAll("details.more:not([open])")] };
    root.classList.toggle("paper", wanted);
    root.dataset.theme = wanted ? "light" : before.theme;
    before.folded.forEach((one) => { one.open = wanted; });
    show();
  }
  addEventListener("beforeprint", () => paper(true));
  addEventListener("afterprint", () => paper(false));

  show();
  root.dataset.ready = "true";
})();

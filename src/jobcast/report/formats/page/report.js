// Draws the charts of the page from the values in #charts, and switches language and theme.
(function () {
  "use strict";
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById("charts").textContent);
  const words = JSON.parse(document.getElementById("words").textContent);
  const drawn = new Map();
  const chosen = new Map();

  const chinese = () => root.lang === "zh-CN";
  const say = (text) => (Array.isArray(text) ? text[chinese() ? 1 : 0] : text);
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const palette = () => ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"].map(colour);
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

  function base(spec) {
    const ink = { color: colour("ink") };
    return {
      animation: false,
      aria: { enabled: true },
      backgroundColor: "transparent",
      color: palette(),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, ...ink },
      title: { text: say(spec.title), left: 0, top: 0, padding: 4, itemGap: 4, textStyle: { fontSize: 14, ...ink } },
      legend: { show: (spec.series || []).length > 1, top: 30, left: 0, itemHeight: 10, textStyle: ink },
      grid: { left: 12, right: 24, top: 66, bottom: 12, containLabel: true },
      toolbox: {
        right: 8,
        iconStyle: { borderColor: colour("soft") },
        feature: {
          dataZoom: { title: { zoom: say(words.zoom), back: say(words.unzoom) } },
          restore: { title: say(words.unzoom) },
          saveAsImage: { type: "svg", title: say(words.save), name: "jobcast", backgroundColor: colour("paper") },
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
      splitLine: { lineStyle: { color: colour("line") } },
      nameTextStyle: { color: colour("soft") },
      nameLocation: "middle",
      ...Object.fromEntries(Object.entries(extra).filter(([name]) => name !== "axisLabel")),
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

  function rows(spec) {
    const names = spec.rows.map(say);
    const cut = (name) => (name.length > 16 ? name.slice(0, 15) + "…" : name);
    const all = names.length <= 16 ? { interval: 0, rotate: names.length > 5 ? 35 : 0, hideOverlap: false } : {};
    const limit = spec.limit === null ? undefined : line({ yAxis: spec.limit }, amount(spec.limit, spec.unit));
    return {
      ...base(spec),
      tooltip: { ...base(spec).tooltip, trigger: "axis", formatter: (shown) =>
        [safe(shown[0].name), ...shown.map((one) => `${one.marker}${safe(one.seriesName)}: <b>${amount(one.value, spec.unit)}</b>`)].join("<br>") },
      xAxis: axis({ type: "category", data: names, splitLine: { show: false }, axisLabel: { formatter: cut, ...all } }),
      yAxis: axis({ type: "value", name: spec.series.length > 1 || ["share", "ratio", "jobs", "h"].includes(spec.unit) ? "" : spec.unit, nameLocation: "end", axisLabel: { formatter: (value) => amount(value, spec.unit, true) }, scale: spec.kind === "lines" && spec.limit !== null }),
      dataZoom: [{ ...inside, xAxisIndex: 0 }],
      series: spec.series.map((one, place) => ({
        name: say(one.name),
        type: spec.kind === "lines" ? "line" : "bar",
        data: one.values,
        symbol: place ? "diamond" : "circle",
        symbolSize: 6,
        lineStyle: { width: 2, type: place ? "dashed" : "solid" },
        connectNulls: true,
        markLine: place ? undefined : limit,
      })),
    };
  }

  function ring(spec) {
    const colours = palette();
    return {
      ...base(spec),
      legend: { show: false },
      toolbox: { ...base(spec).toolbox, feature: { saveAsImage: base(spec).toolbox.feature.saveAsImage } },
      tooltip: { ...base(spec).tooltip, formatter: (one) => `${one.marker}${safe(one.name)}: <b>${amount(one.value, spec.unit)}</b> (${one.percent} %)` },
      series: [{
        type: "pie",
        radius: ["38%", "66%"],
        center: ["50%", "56%"],
        itemStyle: { borderColor: colour("paper"), borderWidth: 2 },
        label: { color: colour("ink"), formatter: (one) => `${one.name.length > 18 ? one.name.slice(0, 17) + "…" : one.name}\n${one.percent} %` },
        data: spec.slices.map(([name, value], place) => ({
          name: say(name),
          value,
          itemStyle: {
            color: place === spec.slices.length - 1 && Array.isArray(name) ? colour("soft") : colours[place % colours.length],
          },
        })),
      }],
    };
  }

  function reach(values) {
    const low = Math.floor(Math.min(...values));
    return [low, Math.max(Math.ceil(Math.max(...values)), low + 1)];
  }

  function logarithmic([low, high], about, extra) {
    return axis({
      type: "value",
      min: low,
      max: high,
      interval: Math.max(1, Math.ceil((high - low) / 8)),
      name: say(about.name),
      axisLabel: { formatter: (value) => power(value, about.unit) },
      ...extra,
    });
  }

  function density(spec) {
    const cells = spec.cells.map(([x, y, jobs]) => [x / spec.steps, y / spec.steps, jobs, Math.log10(jobs)]);
    const size = 1 / spec.steps;
    const [low, high] = reach(cells.flatMap(([x, y]) => [x, x + size, y, y + size]));
    const most = Math.max(...cells.map((cell) => cell[3]), 0.3);
    const count = (value) => Math.round(10 ** value).toLocaleString("en");
    return {
      ...base(spec),
      grid: { left: 30, right: 90, top: 40, bottom: 30, containLabel: true },
      legend: { show: false },
      tooltip: { ...base(spec).tooltip, formatter: ({ value: [x, y, jobs] }) =>
        `${safe(say(spec.across.name))}: <b>${power(x, spec.across.unit)}</b><br>${safe(say(spec.up.name))}: <b>${power(y, spec.up.unit)}</b><br>${safe(say(spec.jobs))}: <b>${jobs.toLocaleString("en")}</b>` },
      visualMap: { type: "continuous", dimension: 3, min: 0, max: most, right: 0, top: "middle", seriesIndex: 0,
        text: [count(most), "1"], textStyle: { color: colour("soft") }, formatter: count,
        inRange: { color: [colour("low"), colour("high")] } },
      xAxis: logarithmic([low, high], spec.across, { nameGap: 26 }),
      yAxis: logarithmic([low, high], spec.up, { nameGap: 58 }),
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
      ...base(spec),
      title: { ...base(spec).title, text: person.name, subtext: say(person.subtitle), subtextStyle: { color: colour("soft") } },
      legend: { ...base(spec).legend, top: 50 },
      grid: { left: 12, right: 24, top: 86, bottom: 30, containLabel: true },
      tooltip: { ...base(spec).tooltip, formatter: ({ value: [x, , jobs], seriesName }) =>
        `${power(x, spec.across.unit)} – ${power(x + size, spec.across.unit)}<br>${safe(seriesName)}: <b>${jobs.toLocaleString("en")}</b>` },
      xAxis: logarithmic(reach(xs), spec.across, { nameGap: 26 }),
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

  const makers = { bars: rows, lines: rows, ring, density, histograms };

  function draw(place) {
    const name = place.dataset.chart;
    const old = drawn.get(place);
    if (old) old.dispose();
    const chart = echarts.init(place, null, { renderer: "svg", locale: chinese() ? "ZH" : "EN" });
    chart.setOption(makers[specs[name].kind](specs[name], name));
    drawn.set(place, chart);
  }

  const places = [...document.querySelectorAll("[data-chart]")];
  const drawAll = () => places.forEach(draw);

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

  let before;
  addEventListener("beforeprint", () => { before = root.dataset.theme; root.dataset.theme = "light"; show(); });
  addEventListener("afterprint", () => { root.dataset.theme = before; show(); });

  show();
  root.dataset.ready = "true";
})();

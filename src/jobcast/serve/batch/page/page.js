// Renews the page as things happen, gives orders, and draws what ran and what is planned.
(function () {
  "use strict";
  const root = document.documentElement;
  const words = JSON.parse(document.getElementById("words").textContent);
  const looks = document.getElementById("main").dataset.looks === "yes";
  const SOON_MS = 150;
  const APART_MS = 1000;
  const AT_LEAST_MS = 10000;
  const PLAN_APART_MS = 5000;
  root.classList.add("script");

  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const safe = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

  // What the server has made is put in the place of what is there, node by node, so that whoever reads, or stands on a
  // button, stays where he is.
  function renew(old, fresh) {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    renewInside(old, fresh);
  }
  function renewInside(old, fresh) {
    const named = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
    let at = old.firstChild;
    for (const node of [...fresh.childNodes]) {
      const alike = at && !at.id && !node.id && at.nodeName === node.nodeName ? at : null;
      const match = node.id ? named.get(node.id) : alike;
      if (!match || match.nodeName !== node.nodeName) {
        old.insertBefore(node, at);
        continue;
      }
      if (match === at) at = at.nextSibling;
      else old.insertBefore(match, at);
      if (node.nodeType === Node.ELEMENT_NODE) renew(match, node);
      else if (match.nodeValue !== node.nodeValue) match.nodeValue = node.nodeValue;
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  let tag = null;
  let asked = "";
  let last = 0;
  let waiting = null;
  let connected = true;

  function tell(isLive) {
    const place = document.getElementById("live");
    connected = isLive;
    place.textContent = isLive ? place.dataset.live : place.dataset.lost;
    place.classList.toggle("lost", !isLive);
  }

  async function refresh() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, AT_LEAST_MS);
    last = Date.now();
    const query = location.search;
    try {
      const known = tag && asked === query ? { "If-None-Match": tag } : {};
      const answer = await fetch("page/live" + query, { headers: known, cache: "no-store" });
      if (answer.status === 200 && query === location.search) {
        const parts = await answer.json();
        for (const [name, html] of Object.entries(parts)) {
          const fresh = document.createElement("template");
          fresh.innerHTML = html;
          renewInside(document.getElementById("part-" + name), fresh.content);
        }
        [tag, asked] = [answer.headers.get("etag"), query];
      }
      tell(answer.ok || answer.status === 304);
    } catch {
      tell(false);
    }
    root.dataset.renewed = String(Number(root.dataset.renewed || 0) + 1);
  }
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, Math.max(SOON_MS, last + APART_MS - Date.now()));
  }

  // Orders.
  function say(text, isBad) {
    const place = document.getElementById("said");
    place.textContent = text;
    place.hidden = !text;
    place.classList.toggle("lost", Boolean(isBad));
  }
  async function post(path, body) {
    const answer = await fetch(path + location.search, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return { ok: answer.ok, told: await answer.json() };
  }
  async function give(order, label) {
    try {
      const { ok, told } = await post("v1/batch/orders", order);
      const bad = ok ? told.outcomes.filter((one) => one.done !== "yes") : [{ said: told.message }];
      say(bad.length ? bad.map((one) => one.said || one.done).join(" ") : label, bad.length);
    } catch {
      say(words.failed, true);
    }
    refresh();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-order]");
    if (button) {
      if (button.dataset.sure && !confirm(button.dataset.sure)) return;
      give(JSON.parse(button.dataset.order), button.getAttribute("aria-label"));
      return;
    }
    const link = event.target.closest("a[data-live]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      history.pushState(null, "", link.href);
      refresh().then(() => (document.getElementById("detail-title") || document.getElementById("steps")).focus());
    }
  });
  document.addEventListener("submit", (event) => {
    const { prioritise } = event.target.dataset;
    if (!prioritise) return;
    event.preventDefault();
    const to = Number(event.target.elements.to.value);
    give({ kind: "Prioritise", steps: [prioritise], to }, `${event.target.textContent.trim()} ${to}: ${prioritise}`);
  });

  // Who asks.
  function enter(form, path, body) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const { ok, told } = await post(path, body(form));
        if (ok) location.reload();
        else say(words[told.error] || told.message, true);
      } catch {
        say(words.failed, true);
      }
    });
  }
  const [login, logout] = ["login", "logout"].map((name) => document.getElementById(name));
  if (login) enter(login, "v1/batch/login", (form) => ({ token: form.elements.token.value.trim() }));
  if (logout) enter(logout, "v1/batch/logout", () => ({}));

  // What is shown stands in the address.
  const choice = document.getElementById("choice");
  function choose() {
    const query = new URLSearchParams(location.search);
    for (const { name, value } of choice.querySelectorAll("[name]:not([type=hidden])")) {
      if (value && !(name === "state" && value === "alive")) query.set(name, value);
      else query.delete(name);
    }
    query.delete("offset");
    history.replaceState(null, "", query.size ? "?" + query : location.pathname);
    refresh();
  }
  if (choice) {
    let typed = null;
    choice.addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(choose, 250); });
    choice.addEventListener("submit", (event) => { event.preventDefault(); choose(); });
    addEventListener("popstate", () => {
      const query = new URLSearchParams(location.search);
      for (const one of choice.querySelectorAll("[name]:not([type=hidden])")) {
        one.value = query.get(one.name) || (one.name === "state" ? "alive" : "");
      }
      refresh();
    });
  }
  document.getElementById("language").addEventListener("click", (event) => {
    const query = new URLSearchParams(location.search);
    query.set("lang", event.currentTarget.hreflang);
    event.currentTarget.href = "?" + query;
  });

  // Dark and light.
  const themes = document.getElementById("theme");
  const isDark = () => root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  function label() {
    themes.textContent = isDark() ? themes.dataset.light : themes.dataset.dark;
    themes.setAttribute("aria-pressed", String(isDark()));
  }
  root.dataset.theme = localStorage.getItem("jobcast-theme") || "auto";
  themes.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("jobcast-theme", root.dataset.theme);
    label();
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { label(); draw(); });
  label();

  // The chart; what draws it is the script of a simulated run.
  const place = document.getElementById("plan");
  const chosen = new Map();
  let chart = null;
  let spec = null;
  let planned = 0;
  const palette = () =>
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"].map(colour);
  const tools = {
    chosen, colour, palette, safe,
    say: (text) => text,
    inside: { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: "ctrl", moveOnMouseWheel: false },
    line: () => undefined,
    base: () => ({
      animation: false,
      backgroundColor: "transparent",
      color: palette(),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("ink") },
      legend: { left: 8, itemHeight: 10, textStyle: { color: colour("ink") } },
      grid: { left: 12, right: 24, top: 36, bottom: 12, outerBoundsMode: "same", outerBoundsContain: "all" },
      tooltip: { confine: true, backgroundColor: colour("paper"), borderColor: colour("line"), textStyle: { color: colour("ink") } },
    }),
    axis: ({ axisLabel, splitLine, ...more }) => ({
      axisLabel: { color: colour("soft"), hideOverlap: true, ...axisLabel },
      axisLine: { onZero: false, lineStyle: { color: colour("line") } },
      splitLine: { lineStyle: { color: colour("line") }, ...splitLine },
      ...more,
    }),
  };
  const makers = window.moreCharts(tools);

  function draw() {
    if (!spec) return;
    const zoom = chart ? chart.getOption().dataZoom.map(({ start, end }) => ({ start, end })) : [];
    chart = chart || echarts.init(place, null, { renderer: "canvas" });
    const option = makers.gantt(spec, "plan");
    option.dataZoom = option.dataZoom.map((one, axis) => ({ ...one, ...zoom[axis] }));
    option.series.push({
      id: "now", type: "line", data: [], silent: true,
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: colour("warm"), width: 2 },
        data: [{ xAxis: 1000 * (spec.clock.origin + spec.now) }] },
    });
    chart.setOption(option, { notMerge: true });
  }
  async function redraw() {
    planned = Date.now();
    const hours = document.getElementById("hours").value;
    const query = new URLSearchParams(location.search);
    query.set("hours", hours);
    try {
      const answer = await fetch("page/plan?" + query, { cache: "no-store" });
      if (!answer.ok) return;
      spec = await answer.json();
      draw();
    } catch {
      tell(false);
    }
  }

  async function begin() {
    if (!looks) return;
    document.getElementById("hours").addEventListener("change", redraw);
    document.querySelector("select[data-of=plan]").addEventListener("change", (event) => {
      chosen.set("plan", event.target.selectedIndex);
      draw();
    });
    addEventListener("resize", () => chart && chart.resize());
    await redraw();
    setInterval(redraw, 6 * PLAN_APART_MS);
    const events = new EventSource("v1/batch/events");
    events.onopen = () => { tell(true); soon(); };
    events.onerror = () => tell(false);
    events.onmessage = () => {
      soon();
      if (Date.now() - planned > PLAN_APART_MS) redraw();
    };
    waiting = setTimeout(refresh, AT_LEAST_MS);
    tell(connected);
  }
  begin().finally(() => { root.dataset.ready = "true"; });
})();

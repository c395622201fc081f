// Charts of series over periods, drawn by uPlot: lines, bands, the path to a target, projections, vintages. Each says in
// words what it shows, goes along its periods by the arrow keys, and stands above a table of the same figures.
"use strict";
(function (s) {
  const h = s.h;
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const dashes = { path: [2, 5], projection: [7, 5], vintage: [3, 3] };

  // chart makes a chart of {title, label, periods: [{id, at}], lines: [{name, values, kind, color, low, high}], decimals, unit}. kind is
  // line, path, projection, vintage or points. It gives the element; draw again with another theme by itself.
  s.chart = (spec) => {
    const tip = h("div", { class: "tip", hidden: true });
    const host = h("div", { class: "chart", tabindex: "0", role: "img", "aria-label": spec.label }, tip);
    const help = h("p", { class: "note chart-help" }, s.t("chartHelp"));
    const figure = h("figure", { class: "figure" }, host, legend(spec), help);
    let plot = null, at = -1;

    const show = (i) => {
      const rows = i === null || i === undefined ? [] : described(spec, i);
      tip.hidden = !rows.length;
      if (!rows.length) return;
      s.fill(tip, h("b", null, s.period(spec.periods[i].id)), rows.map(([name, text]) => h("div", null, h("span", null, name), " ", h("b", null, text))));
      const left = plot.valToPos(spec.periods[i].at, "x") + plot.over.offsetLeft;
      const room = host.clientWidth - tip.offsetWidth;
      tip.style.left = Math.max(0, Math.min(room, left + (left > host.clientWidth / 2 ? -tip.offsetWidth - 12 : 12))) + "px";
    };
    const draw = () => {
      if (plot) plot.destroy();
      if (!host.clientWidth) return;
      plot = new uPlot(options(spec, host.clientWidth, show), data(spec), (u, done) => { host.append(u.root); done(); });
    };
    host.addEventListener("keydown", (e) => {
      if (e.key !== "ArrowLeft" && e.key !== "ArrowRight" || !plot) return;
      e.preventDefault();
      at = Math.max(0, Math.min(spec.periods.length - 1, at < 0 ? spec.periods.length - 1 : at + (e.key === "ArrowLeft" ? -1 : 1)));
      plot.setCursor({ left: plot.valToPos(spec.periods[at].at, "x"), top: 10 });
      s.say(s.period(spec.periods[at].id) + ": " + described(spec, at).map((r) => r.join(" ")).join("; "));
    });
    let width = 0;
    new ResizeObserver(() => {
      if (host.clientWidth === width || !host.isConnected || matchMedia("print").matches) return; // paper takes the picture as it is
      width = host.clientWidth;
      draw();
    }).observe(host);
    s.onTheme(() => { if (host.isConnected) draw(); });
    return figure;
  };

  // described says what there is at a period.
  const described = (spec, i) => spec.lines.filter((l) => l.kind !== "points" && l.values[i] !== null && l.values[i] !== undefined).map((l) => {
    const band = l.low && l.low[i] !== null && l.low[i] !== undefined ? " (" + s.number(l.low[i], spec.decimals) + " – " + s.number(l.high[i], spec.decimals) + ")" : "";
    return [l.name, s.withUnit(l.values[i], spec.decimals, spec.unit) + band];
  });

  const legend = (spec) => h("ul", { class: "legend", "aria-hidden": "true" }, spec.lines.map((l) => h("li", null,
    h("svg", { viewBox: "0 0 28 10", class: "key " + l.kind + " c-" + l.color }, l.kind === "points"
      ? h("circle", { cx: 14, cy: 5, r: 3.5 }) : [l.low ? h("rect", { x: 1, y: 0, width: 26, height: 10, class: "key-band" }) : null, h("line", { x1: 1, x2: 27, y1: 5, y2: 5 })]), " ", l.name,
    l.low ? " (" + s.t("band").toLowerCase() + ")" : "")));

  const data = (spec) => {
    const rows = [spec.periods.map((p) => p.at)];
    for (const l of spec.lines) {
      if (l.low) rows.push(l.high, l.low);
      rows.push(l.values);
    }
    return rows;
  };

  const options = (spec, width, show) => {
    const ink = color("muted"), grid = color("line"), ground = color("card");
    const series = [{}], bands = [];
    for (const l of spec.lines) {
      const c = color(l.color);
      if (l.low) {
        series.push({ show: true, stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } });
        bands.push({ series: [series.length - 2, series.length - 1], fill: color(l.color + "-soft") });
      }
      const points = l.kind === "points" ? { show: true, size: 9, fill: ground, stroke: c, width: 2 } : { show: l.kind !== "projection" || true, size: l.kind === "line" ? 7 : 5, fill: c, stroke: c };
      series.push({ label: l.name, stroke: l.kind === "points" ? "transparent" : c, width: l.kind === "line" ? 2.5 : 1.75, dash: dashes[l.kind], spanGaps: l.kind !== "line", points });
    }
    const font = "13px system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif";
    const xs = spec.periods.map((p) => p.at);
    return {
      width, height: width < 560 ? 260 : 340, series, bands, legend: { show: false }, padding: [14, 18, 0, 0],
      cursor: { y: false, points: { size: 9 }, drag: { x: false, y: false } },
      scales: { x: { time: false, range: (u, min, max) => { const pad = (max - min || 1) * 0.03; return [min - pad, max + pad]; } } },
      axes: [
        { stroke: ink, font, grid: { show: false }, ticks: { stroke: grid, size: 6 }, splits: () => ticks(xs, width), values: (u, list) => list.map((v) => label(spec, v)), space: 10 },
        { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false }, size: (u, values) => 14 + Math.max(0, ...(values || []).map((v) => v.length)) * 7.5, values: (u, list) => list.map((v) => s.compact(v)) },
      ],
      hooks: { setCursor: [(u) => show(u.cursor.left < 0 ? null : u.cursor.idx)] },
    };
  };

  // ticks picks as many periods as have room for their names.
  const ticks = (xs, width) => {
    const step = Math.max(1, Math.ceil(xs.length / Math.max(2, Math.floor(width / 92))));
    return xs.filter((x, i) => (xs.length - 1 - i) % step === 0);
  };
  s.chartTicks = ticks;
  const label = (spec, v) => {
    const p = spec.periods.find((x) => x.at === v);
    return p ? s.shortPeriod(p.id) : "";
  };

  // shortPeriod writes a period for an axis.
  s.shortPeriod = (id) => {
    const m = /^(\d{4})-(\d\d)$/.exec(id);
    return m ? Number(m[2]) + "/" + m[1] : s.period(id);
  };
})(window.statloom);

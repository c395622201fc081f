// The page of an indicator: a chart of one of its series, its table, its breakdowns and how it is made.
"use strict";
(function (s) {
  const h = s.h;
  let at = null; // codes of the series that is shown

  const places = (i) => {
    const seen = new Map();
    for (const v of i.values) seen.set(v.at.join("|"), v.at);
    return [...seen.values()];
  };
  const totalOf = (i) => {
    const all = places(i);
    if (i.targets.length) return i.targets[0].at;
    return all.find((p) => p.every((c) => c === "_T")) || all.slice().sort((a, b) => b.filter((c) => c === "_T").length - a.filter((c) => c === "_T").length)[0] || [];
  };
  const seriesAt = (i, place) => i.values.filter((v) => v.at.join("|") === place.join("|"));
  const placeName = (i, place) => i.dimensions.map((d, n) => s.code(d, place[n])).join(", ");
  const ref = (i, v) => s.valueRef(i.id, i.periods[v.p].id, i.dimensions, v.at);

  // spec says what the chart of a series shows.
  const spec = (i, place) => {
    const values = seriesAt(i, place);
    const targets = i.targets.filter((t) => t.at.join("|") === place.join("|"));
    const ids = new Set(values.map((v) => i.periods[v.p].id));
    for (const t of targets) {
      for (const p of [t.period, t.baseline_period, ...(t.projections || []).map((x) => x.period)]) if (p) ids.add(p);
    }
    const periods = [...ids].map((id) => ({ id, at: s.at(id) })).filter((p) => !Number.isNaN(p.at)).sort((a, b) => a.at - b.at);
    const on = (get) => periods.map((p) => { const v = values.find((x) => i.periods[x.p].id === p.id); return v ? get(v) : null; });
    const only = (points) => periods.map((p) => (p.id in points ? points[p.id] : null));
    const lines = vintages(i, values, periods);
    const band = values.some((v) => v.lo !== undefined);
    lines.push({ name: s.pick(i.name).length < 40 ? s.pick(i.name) : i.id, kind: "line", color: "accent", values: on((v) => v.v), low: band ? on((v) => (v.lo === undefined ? null : v.lo)) : null, high: band ? on((v) => (v.hi === undefined ? null : v.hi)) : null });
    if (values.some((v) => v.v !== null && v.s !== "A")) lines.push({ name: s.t("provisional"), kind: "points", color: "accent", values: on((v) => (v.s !== "A" ? v.v : null)) });
    for (const t of targets) {
      const path = { [t.period]: t.value };
      if (t.baseline_period && t.baseline !== undefined) path[t.baseline_period] = t.baseline;
      lines.push({ name: s.t("targetPath"), kind: "path", color: "goal", values: only(path) });
      const last = values.filter((v) => v.v !== null).pop();
      for (const scenario of [...new Set((t.projections || []).map((p) => p.scenario))].filter((x) => x !== "required")) {
        const points = last ? { [i.periods[last.p].id]: last.v } : {};
        for (const p of t.projections) if (p.scenario === scenario) points[p.period] = p.value;
        lines.push({ name: s.t("projection") + ": " + s.of("scenarios", scenario), kind: "projection", color: scenario === "trend" ? "c-3" : "c-4", values: only(points) });
      }
    }
    const known = values.filter((v) => v.v !== null);
    const trend = known.length ? s.t("seriesTrend", { name: placeName(i, place) || i.id, first: s.withUnit(known[0].v, i.decimals, i.unit), from: s.period(i.periods[known[0].p].id),
      last: s.withUnit(known[known.length - 1].v, i.decimals, i.unit), to: s.period(i.periods[known[known.length - 1].p].id) }) : s.t("noValues");
    return { periods, lines, decimals: i.decimals, unit: i.unit, label: s.t("chartLabel", { name: s.pick(i.name), trend }), title: i.id + " · " + s.pick(i.name),
      subtitle: [placeName(i, place), s.unit(i.unit)].filter(Boolean).join(" · "), footer: [s.pick(i.source), i.illustrative ? s.t("madeUp") : ""].filter(Boolean).join(" — ") };
  };

  // vintages are lines of what earlier releases published, where that differs from now.
  const vintages = (i, values, periods) => {
    const changed = new Set();
    for (const v of values) (v.before || []).slice(1).forEach((b) => changed.add(b.r));
    return [...changed].sort((a, b) => b - a).slice(0, 4).map((r) => ({
      name: s.t("publishedIn", { day: s.day(i.releases[r - 1].created) }), kind: "vintage", color: "grey",
      values: periods.map((p) => {
        const v = values.find((x) => i.periods[x.p].id === p.id);
        if (!v) return null;
        if (!v.before) return v.v;
        const then = v.before.filter((b) => b.r < r).pop();
        return then && !then.g ? then.v : null;
      }),
    }));
  };

  const chooser = (i, redraw) => {
    const all = places(i);
    const selects = i.dimensions.map((d, n) => {
      const codes = [...new Set(all.map((p) => p[n]))].sort((a, b) => (b === "_T") - (a === "_T"));
      if (codes.length < 2) return null;
      const id = s.id("choose");
      const select = h("select", { id, onchange: () => {
        at = at.slice();
        at[n] = select.value;
        if (!seriesAt(i, at).length) at = all.find((p) => p[n] === select.value);
        redraw();
        const again = document.querySelector('[data-dimension="' + n + '"]');
        if (again) again.focus();
      } }, codes.map((c) => h("option", { value: c, selected: c === at[n] }, s.codeWith(d, c))));
      select.dataset.dimension = n;
      return h("div", null, h("label", { for: id }, s.dimension(d)), select);
    });
    return selects.some(Boolean) ? h("div", { class: "filters", role: "group", "aria-label": s.t("choose") }, selects) : null;
  };

  const table = (i, place) => s.table({
    caption: i.id + " · " + s.pick(i.name) + (placeName(i, place) ? ", " + placeName(i, place) : ""), rows: seriesAt(i, place).slice().reverse(), columns: [
      { head: s.t("period"), row: true, sort: (v) => s.at(i.periods[v.p].id), cell: (v) => s.period(i.periods[v.p].id) },
      { head: s.t("value"), number: true, sort: (v) => v.v, cell: (v) => s.num(s.withUnit(v.v, i.decimals, i.unit), ref(i, v)) },
      ...(i.values.some((v) => v.lo !== undefined) ? [
        { head: s.t("low"), number: true, cell: (v) => s.number(v.lo, i.decimals) }, { head: s.t("high"), number: true, cell: (v) => s.number(v.hi, i.decimals) }] : []),
      { head: s.t("status"), cell: (v) => s.of("statuses", v.s) },
      { head: s.t("comment"), class: "wordy", cell: (v) => v.c || "" },
      ...(i.values.some((v) => v.before) ? [{ head: s.t("vintages"), cell: (v) => (v.before ? h("ul", { class: "plain-list" }, v.before.map((b) => h("li", null, s.day(i.releases[b.r].created) + ": " + (b.g ? s.t("gone") : s.number(b.v, i.decimals))))) : "") }] : []),
    ],
  });

  // breakdown is a table by the codes of one dimension over the latest periods.
  const breakdown = (i, n) => {
    const d = i.dimensions[n];
    const codes = [...new Set(i.values.filter((v) => v.at.every((c, k) => k === n || c === at[k])).map((v) => v.at[n]))].sort((a, b) => (b === "_T") - (a === "_T"));
    if (codes.length < 2) return null;
    const find = (p, c) => i.values.find((v) => v.p === p && v.at[n] === c && v.at.every((x, k) => k === n || x === at[k]));
    const periods = i.periods.map((p, k) => k).filter((p) => codes.some((c) => find(p, c))).sort((a, b) => s.at(i.periods[a].id) - s.at(i.periods[b].id)).slice(-8);
    const latest = periods[periods.length - 1];
    const amount = (p, c) => { const v = find(p, c); return v ? v.v : null; };
    const most = Math.max(0, ...codes.filter((c) => c !== "_T").map((c) => Math.abs(amount(latest, c) || 0)));
    const title = s.t("breakdownBy", { name: s.dimension(d).toLowerCase() });
    return [h("h3", null, title), s.table({
      caption: title, rows: codes, columns: [
        { head: s.dimension(d), row: true, sort: (c) => s.code(d, c), cell: (c) => s.codeWith(d, c) },
        ...periods.map((p) => ({ head: s.shortPeriod(i.periods[p].id), number: true, sort: (c) => amount(p, c), cell: (c) => { const v = find(p, c); return v ? s.num(s.number(v.v, i.decimals), ref(i, v)) : ""; } })),
        { head: s.unit(i.unit) + " " + s.shortPeriod(i.periods[latest].id), class: "bar-cell", cell: (c) => (c === "_T" || !most || amount(latest, c) === null ? "" : h("progress", { class: "bar", max: most, value: Math.abs(amount(latest, c)), "aria-label": s.code(d, c) + ": " + s.number(amount(latest, c), i.decimals) })) },
      ],
    })];
  };

  const targets = (i) => i.targets.map((t) => h("div", { class: "target-note" }, s.standing(t.status), " ", h("strong", null, s.pick(t.name)), " · ", s.goal(t), " ", s.t("by", { period: s.period(t.period) }), h("p", null, s.pick(t.rule))));

  const rows = (i) => [["indicator", ...i.dimensions.map((d) => d.id), "time_period", "obs_value", "obs_low", "obs_high", "obs_status", "unit", "obs_comment"]].concat(i.values.map((v) =>
    [i.id, ...v.at, i.periods[v.p].id, v.v, v.lo, v.hi, v.s, i.unit, v.c]));

  s.pages.indicator = {
    data: ["indicator/{file}"],
    render: (main, [i]) => {
      if (!at) at = totalOf(i);
      const host = h("div");
      const draw = () => {
        const shown = i.values.length ? spec(i, at) : null;
        s.fill(host,
          chooser(i, draw),
          s.section(s.t("chart") + (s.unit(i.unit) ? " (" + s.unit(i.unit) + ")" : ""), shown ? [s.chart(shown), i.targets.some((t) => t.projections) ? h("p", { class: "note" }, s.t("projectionsNote")) : null] : h("p", null, s.t("noValues")), s.downloads(i.file, shown, () => rows(i))),
          s.section(s.t("table"), table(i, at), h("p", { class: "note" }, s.t(i.values.some((v) => v.before) ? "vintagesNote" : "vintagesNone"))),
          i.dimensions.length ? s.section(s.t("breakdowns"), i.dimensions.map((d, n) => breakdown(i, n))) : null);
      };
      s.add(main, h("p", { class: "lead" }, s.pick(i.note), " ", s.madeUp(i.illustrative)), ...targets(i), host, s.section(s.t("method"), s.facts([
        [s.t("formula"), s.pick(i.formula)], [s.t("unit"), s.unit(i.unit)], [s.t("frequency"), s.of("freqs", i.freq)], [s.t("priceBase"), i.price_base ? s.code({ id: "price_base" }, i.price_base) : ""],
        [s.t("methodKind"), s.of("methods", i.method)], [s.t("source"), s.pick(i.source)], [s.t("inputsOf"), i.inputs], [s.t("tags"), i.tags.join(", ")]]),
      h("details", null, h("summary", null, s.t("sql")), h("pre", { tabindex: "0" }, h("code", null, i.sql)))));
      draw();
    },
  };
})(window.statloom);

// Targets: what they ask for, how they stand, and the card of one.
"use strict";
(function (s) {
  const h = s.h;

  const signs = { reached: "✓", on_track: "●", at_risk: "▲", off_track: "▼", no_data: "–" };
  s.standing = (status) => h("span", { class: "standing " + (status in signs ? status : "no_data") }, h("span", { "aria-hidden": "true" }, (signs[status] || "–") + " "), s.of("standing", status));

  // goal says what a target asks for: ≥ 200 firms.
  s.goal = (t) => {
    const sign = { ">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "=": "= " }[t.comparison];
    const v = s.withUnit(t.value, decimalsOf(t.value), t.unit);
    return sign === undefined ? s.t("about", { value: v }) : sign + v;
  };
  const decimalsOf = (v) => (v === null ? 0 : Math.min(2, (String(v).split(".")[1] || "").length));

  const atMost = (t) => t.comparison === "<" || t.comparison === "<=";

  const gap = (t) => {
    if (t.gap === null) return "";
    const amount = s.withUnit(Math.abs(t.gap), t.decimals, t.unit === "%" ? "điểm %" : t.unit);
    if (Math.abs(t.gap) < 1e-9) return s.t("gapNone");
    if (atMost(t)) return s.t(t.gap < 0 ? "gapUnder" : "gapOver", { gap: amount });
    return s.t(t.gap < 0 ? "gapShort" : "gapOver", { gap: amount });
  };

  s.targetCard = (t, previous) => {
    const title = s.id("target");
    const at = t.actual_period ? s.valueRef(t.indicator, t.actual_period, t.dimensions, t.at) : null;
    const amount = t.actual === null ? s.t("missing") : s.number(t.actual, t.decimals);
    const words = t.spark.length > 1 ? s.t("seriesTrend", {
      name: s.pick(t.name), first: s.number(t.spark[0][1], t.decimals), from: s.period(t.spark_periods[0]),
      last: s.number(t.spark[t.spark.length - 1][1], t.decimals), to: s.period(t.spark_periods[t.spark.length - 1]) }) : null;
    const share = t.attainment === null || atMost(t) ? null : Math.max(0, Math.min(100, t.attainment));
    return h("article", { class: "card " + t.status, "aria-labelledby": title },
      h("div", { class: "card-head" }, h("h3", { id: title }, s.pageLink("indicator", t.file, s.pick(t.name))), s.standing(t.status)),
      h("div", { class: "card-figure" },
        h("div", null, h("p", { class: "label" }, t.actual_period ? s.t("actualOf", { period: s.period(t.actual_period) }) : ""),
          h("p", { class: "big" }, at ? s.num(amount, at) : amount, t.actual === null ? null : h("span", { class: "unit" }, " " + s.unit(t.unit)))),
        h("div", { class: "card-goal" }, h("p", { class: "label" }, s.t("goal") + " " + s.t("by", { period: s.period(t.period) })), h("p", { class: "goal" }, s.goal(t)))),
      h("p", { class: "note" }, [t.low !== undefined && t.high !== undefined ? s.t("bandFrom", { low: s.number(t.low, t.decimals), high: s.number(t.high, t.decimals) }) : null,
            t.actual_status && t.actual_status !== "A" ? s.of("statuses", t.actual_status) : null].filter(Boolean).join(" · "), " ", s.madeUp(t.illustrative)),
      share === null ? null : h("progress", { max: 100, value: share, "aria-label": s.t("attainment", { percent: s.percent(t.attainment) }) }),
      h("p", { class: "card-gap" }, h("strong", null, gap(t)), t.attainment === null ? null : h("span", { class: "note" }, " · " + s.t("attainment", { percent: s.percent(t.attainment) }))),
      t.spark.length ? s.spark(t.spark, t.value === null ? null : { at: s.at(t.period), value: t.value }, words) : null,
      t.required_growth !== undefined && t.status !== "reached" ? h("p", { class: "note" }, t.trend_growth !== undefined
        ? s.t("needs", { percent: s.percent(t.required_growth), trend: s.percent(t.trend_growth) }) : s.t("needsOnly", { percent: s.percent(t.required_growth) })) : null,
      h("details", null, h("summary", null, s.t("whyStatus")), h("p", null, s.pick(t.rule)), s.pick(t.area) ? h("p", { class: "note" }, s.pick(t.area)) : null, s.pick(t.source) ? h("p", { class: "note" }, s.t("source") + ": " + s.pick(t.source)) : null),
      h("p", { class: "card-since note" }, since(t, previous)));
  };

  // since says what became of a target since the release before.
  const since = (t, previous) => {
    if (!previous) return s.t("firstRelease");
    const day = s.instant(previous.created);
    if (t.new) return s.t("newSince", { day });
    if (!t.before) return s.t("unchangedSince", { day });
    const parts = [s.t("wasNow", { was: s.withUnit(t.before.v, t.decimals, t.unit) + (t.before.p && t.before.p !== t.actual_period ? " (" + s.period(t.before.p) + ")" : ""), now: s.withUnit(t.actual, t.decimals, t.unit) })];
    if (t.before.s !== t.status) parts.push(s.t("statusWas", { was: s.of("standing", t.before.s) }));
    return s.t("sinceLast", { day }) + ": " + parts.join("; ");
  };
})(window.statloom);

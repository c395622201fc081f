package sinks

import (
	"net/url"
	"strings"
)

// TraceFragment names a published value of an indicator, for a link into the report: the indicator, the time period and the
// dimensions the value has, in the order given, each escaped as in the query of an address:
//
//	#trace=SI01&time_period=2024&denominator=_T&field=_T
//
// The report reads it on its first page, so that "report/index.html" + TraceFragment(...) opens the trace of the value.
func TraceFragment(indicator, period string, dimensions [][2]string) string {
	var b strings.Builder
	b.WriteString("#trace=" + url.QueryEscape(indicator) + "&time_period=" + url.QueryEscape(period))
	for _, d := range dimensions {
		b.WriteString("&" + url.QueryEscape(d[0]) + "=" + url.QueryEscape(d[1]))
	}
	return b.String()
}

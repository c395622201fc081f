package ods

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads a date, with or without a time, as days since 30 December 1899, which OpenDocument counts from. Dates have
// no time zone; one that is written is passed over.
func parseDate(v string) (days float64, ok bool) {
	v = strings.TrimSuffix(v, "Z")
	layout := "2006-01-02"
	if len(v) > len(layout) {
		layout = "2006-01-02T15:04:05"
		if len(v) == len("2006-01-02T15:04") {
			layout = "2006-01-02T15:04"
		}
	}
	t, err := time.Parse(layout, v)
	if err != nil {
		return 0, false
	}
	day := t.Unix() / 86400
	if t.Unix() < 0 && t.Unix()%86400 != 0 {
		day--
	}
	const epoch = -25569 // 30 December 1899
	return float64(day-epoch) + (float64(t.Unix()-day*86400)+float64(t.Nanosecond())/1e9)/86400, true
}

// serial makes days since 30 December 1899 a serial number of the 1900 system, which has a 29 February 1900. Days before
// 1900 have none; day zero stands for times without a day.
func serial(days float64) (serial float64, ok bool) {
	switch {
	case days >= 61 && days < 2958466, days >= 0 && days < 1:
		return days, true
	case days >= 2 && days < 61:
		return days - 1, true
	}
	return 0, false
}

// parseDuration reads a duration such as PT12H45M00.5S, in days.
func parseDuration(v string) (days float64, ok bool) {
	v, negative := strings.CutPrefix(v, "-")
	v, ok = strings.CutPrefix(v, "P")
	if !ok || v == "" {
		return 0, false
	}
	date, clock, timed := strings.Cut(v, "T")
	if timed && clock == "" {
		return 0, false
	}
	seconds := 0.0
	add := func(part, units string, sizes ...float64) bool {
		for part != "" {
			i := strings.IndexAny(part, units)
			if i < 1 {
				return false
			}
			n, err := strconv.ParseFloat(strings.Replace(part[:i], ",", ".", 1), 64)
			if err != nil || !(n >= 0 && n < 1e12) || strings.Trim(part[:i], "0123456789.,") != "" {
				return false
			}
			k := strings.IndexByte(units, part[i])
			seconds += n * sizes[k]
			part, units, sizes = part[i+1:], units[k+1:], sizes[k+1:]
		}
		return true
	}
	if !add(date, "D", 86400) || !add(clock, "HMS", 3600, 60, 1) { // years and months have no length
		return 0, false
	}
	if negative {
		seconds = -seconds
	}
	return seconds / 86400, true
}

package main

import (
	"strconv"
	"strings"

	wordlist "github.com/statloom/statloom/sinks/words"
)

// wording is what the program says to readers of results. Messages to operators are in English throughout.
type wording struct {
	published, unchanged, quarantined, illustrative     string
	target, goal, by, latest, value, gap, status, about string
	required                                            string // growth a year
}

// words gives the wording in a language of the configuration.
func words(language string) wording {
	if language == "en" {
		return wording{
			published:    "Published release %s: %d tables read, %d known already, %d observations, %s s.",
			unchanged:    "Nothing has changed: release %s stays current. %s s.",
			quarantined:  "%d cells or rows could not be used; the reasons: statloom sql%s -c \"FROM quarantine\"",
			illustrative: "This release holds illustrative figures: they are made up and are not statistics.",
			target:       "Target", goal: "Goal", by: "By", latest: "In", value: "Value", gap: "Gap", status: "Status",
			about: "about", required: "Needs a year",
		}
	}
	return wording{
		published:    "Đã phát hành %s: đọc mới %d bảng, %d bảng đã đọc từ trước, %d quan sát, %s giây.",
		unchanged:    "Không có gì thay đổi (nothing changed): bản phát hành %s vẫn hiện hành. %s giây.",
		quarantined:  "%d ô hoặc dòng không dùng được; xem lý do: statloom sql%s -c \"FROM quarantine\"",
		illustrative: "SỐ LIỆU MINH HOẠ: bản phát hành này có số liệu tự đặt, không phải số liệu thống kê (illustrative figures).",
		target:       "Mục tiêu", goal: "Chỉ tiêu", by: "Đến", latest: "Kỳ", value: "Giá trị", gap: "Chênh lệch", status: "Trạng thái",
		about: "khoảng", required: "Cần mỗi năm",
	}
}

// standing says how a target stands, as the page does.
func standing(status, language string) string {
	t, ok := wordlist.Of("standing", status)
	if !ok {
		return status
	}
	return strings.ToLower(t.In(language))
}

// Colours of a terminal.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
)

func statusColor(status string) string {
	switch status {
	case "reached":
		return green
	case "off_track":
		return red
	}
	return yellow
}

// paint colours a text where colours may be used.
func (a *app) paint(color, text string) string {
	if !a.color() || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// plural says how many there are of something whose plural ends in s.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

package catalogue

import (
	"slices"
	"strings"

	"github.com/statloom/statloom/sinks"
)

// Role says what a column of a dataset or of the indicators is for, in SDMX's words.
type Role uint8

const (
	Attribute  Role = iota
	Dimension       // with the other dimensions and the time it identifies an observation
	Time            // time_period
	Measure         // a number that is observed
	Provenance      // where it was read and since when it is known
)

// Column is a column with what its description says.
type Column struct {
	sinks.Column
	Label    sinks.Text
	Unit     string
	CodeList string
	Role     Role
}

// Describe takes a column's description apart. Declared columns are described as "Ngành — Activity (unit); code list vsic",
// of which every part after the name may be left out; those that all datasets have are known by their names.
func Describe(c sinks.Column, key []string) Column {
	d := Column{Column: c, Role: role(c, key)}
	if label, ok := standard(c.Name); ok {
		d.Label = label
		return d
	}
	text, rest, _ := strings.Cut(c.Comment, "; ")
	for part := range strings.SplitSeq(rest, "; ") {
		if list, ok := strings.CutPrefix(part, "code list "); ok {
			d.CodeList = list
		}
	}
	if at := strings.LastIndex(text, " ("); at > 0 && strings.HasSuffix(text, ")") && number(c.Type) {
		text, d.Unit = text[:at], text[at+2:len(text)-1]
	}
	vi, en, two := strings.Cut(text, " — ")
	if !two {
		en = vi
	}
	if d.Label = (sinks.Text{VI: vi, EN: en}); vi == "" {
		d.Label = sinks.Text{VI: c.Name, EN: c.Name}
	}
	return d
}

func role(c sinks.Column, key []string) Role {
	switch c.Name {
	case "time_period":
		return Time
	case "obs_value", "obs_low", "obs_high":
		return Measure
	case "snapshot_id", "sheet", "cell", "vintage_from", "vintage_to", "correction":
		return Provenance
	case "period_start", "period_end", "freq", "obs_status", "obs_comment", "unit", "unit_mult", "price_base":
		if slices.Contains(key, c.Name) {
			return Dimension
		}
		return Attribute
	}
	switch {
	case slices.Contains(key, c.Name):
		return Dimension
	case number(c.Type):
		return Measure
	}
	return Attribute
}

// number reports whether a type of DuckDB's is one of numbers.
func number(t string) bool {
	return t == "DOUBLE" || t == "FLOAT" || strings.HasSuffix(t, "INT") || strings.HasSuffix(t, "INTEGER") || strings.HasPrefix(t, "DECIMAL")
}

// standard labels the columns that all datasets and the indicators have.
func standard(name string) (sinks.Text, bool) {
	labels := map[string]sinks.Text{
		"time_period":  {VI: "Kỳ", EN: "Period"},
		"period_start": {VI: "Ngày đầu kỳ", EN: "First day"},
		"period_end":   {VI: "Ngày cuối kỳ", EN: "Last day"},
		"freq":         {VI: "Tần suất", EN: "Frequency"},
		"obs_value":    {VI: "Giá trị", EN: "Value"},
		"obs_low":      {VI: "Cận dưới", EN: "Lower end"},
		"obs_high":     {VI: "Cận trên", EN: "Upper end"},
		"obs_status":   {VI: "Trạng thái", EN: "Status"},
		"obs_comment":  {VI: "Ghi chú số liệu", EN: "Comment"},
		"unit":         {VI: "Đơn vị", EN: "Unit"},
		"unit_mult":    {VI: "Luỹ thừa 10", EN: "Power of ten"},
		"price_base":   {VI: "Gốc giá", EN: "Price base"},
		"snapshot_id":  {VI: "Mã bản sách", EN: "Book (sha256)"},
		"sheet":        {VI: "Trang tính gốc", EN: "Source sheet"},
		"cell":         {VI: "Ô gốc", EN: "Source cell"},
		"vintage_from": {VI: "Biết từ", EN: "Known since"},
		"vintage_to":   {VI: "Biết đến", EN: "Known until"},
		"correction":   {VI: "Đính chính", EN: "Correction"},
		"indicator":    {VI: "Chỉ tiêu", EN: "Indicator"},
		"method":       {VI: "Phương pháp", EN: "Method"},
		"illustrative": {VI: "Minh hoạ", EN: "Illustrative"},
	}
	t, ok := labels[name]
	return t, ok
}

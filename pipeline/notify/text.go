package notify

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"
	"unicode"
)

//go:embed vi.tmpl
var vietnamese string

//go:embed en.tmpl
var english string

// Bounds of what a message holds.
const (
	maxSubject = 160
	maxDetails = 20
	maxLine    = 500
)

// Message is an alert in a language.
type Message struct {
	Subject string
	Body    string
}

// Compose writes an alert in a language, vi or en.
func Compose(a Alert, language string, zone *time.Location) (Message, error) {
	source := vietnamese
	if language == "en" {
		source = english
	}
	if zone == nil {
		zone = time.UTC
	}
	t, err := template.New("alert").Funcs(template.FuncMap{
		"in":   func(t Text) string { return line(t.In(language), maxLine) },
		"time": func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04 MST") },
		"long": func(a Alert) string { return span(a.At.Sub(a.Since), language) },
	}).Parse(source)
	if err != nil {
		return Message{}, fmt.Errorf("read the template: %w", err)
	}
	if extra := len(a.Details) - maxDetails; extra > 0 {
		a.Details, a.More = a.Details[:maxDetails], a.More+extra
	}
	var m Message
	for name, into := range map[string]*string{"subject " + a.Kind: &m.Subject, "body": &m.Body} {
		var out strings.Builder
		if err := t.ExecuteTemplate(&out, name, a); err != nil {
			return Message{}, fmt.Errorf("write the message: %w", err)
		}
		*into = out.String()
	}
	m.Subject = line(m.Subject, maxSubject)
	if a.Repeated {
		m.Subject = line(map[bool]string{true: "Still: ", false: "Vẫn còn: "}[language == "en"]+m.Subject, maxSubject)
	}
	m.Body = strings.ReplaceAll(strings.TrimSpace(m.Body), "\n\n\n", "\n\n") + "\n"
	return m, nil
}

// line makes one line of a text, so that none can stand in for another part of a message.
func line(text string, most int) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return text
}

// span writes a time span in its largest unit.
func span(d time.Duration, language string) string {
	units := []struct {
		d      time.Duration
		vi, en string
	}{{24 * time.Hour, "ngày", "days"}, {time.Hour, "giờ", "hours"}, {time.Minute, "phút", "minutes"}}
	for _, u := range units {
		if n := int(d / u.d); n >= 2 {
			if language == "en" {
				return fmt.Sprintf("%d %s", n, u.en)
			}
			return fmt.Sprintf("%d %s", n, u.vi)
		}
	}
	if language == "en" {
		return "a short time"
	}
	return "ít lâu"
}

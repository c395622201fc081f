package kind_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/kind"
)

type common struct {
	Name string `yaml:"name" json:"name" jsonschema:"description=A name, of any length,enum=one,enum=two"`
}

type inner struct {
	Attempts int           `yaml:"attempts" jsonschema:"default=3,minimum=1"`
	Wait     time.Duration `yaml:"wait" jsonschema:"default=2s"`
}

// Check complains about a wait that is longer than all attempts are worth.
func (i inner) Check() []kind.Complaint {
	if i.Wait > time.Minute {
		return []kind.Complaint{{Key: "wait", What: "wait is longer than a minute", Want: "be patient, not stubborn"}}
	}
	return nil
}

type options struct {
	Common   `yaml:",inline"`
	Retry    inner             `yaml:"retry"`
	Second   *inner            `yaml:"second"`
	Size     kind.Bytes        `yaml:"size" jsonschema:"default=1MiB"`
	Paths    kind.Strings      `yaml:"paths" json:"paths"`
	Parts    []inner           `yaml:"parts"`
	Header   map[string]string `yaml:"header"`
	Limits   map[string]inner  `yaml:"limits"`
	Query    any               `yaml:"query"`
	On       bool              `yaml:"on" jsonschema:"default=true"`
	Count    uint8             `yaml:"count"`
	Rate     float64           `yaml:"rate"`
	At       time.Time         `yaml:"at"`
	Skipped  string            `yaml:"-"`
	Plain    string
	internal int //nolint:unused // a field that cannot be decoded into
}

// Common is what the options share with others.
type Common common

func decode(t *testing.T, text string, into any) []string {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Load([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	d := &kind.Decoder{}
	d.Struct("", doc.Content[0], into)
	var lines []string
	for _, p := range d.Problems() {
		lines = append(lines, strings.TrimSpace(strings.Join([]string{yamlPlace(p), p.String()}, " ")))
	}
	return lines
}

func yamlPlace(p kind.Problem) string {
	digits := func(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }
	return digits(p.Line) + ":" + digits(p.Column)
}

func TestDecode(t *testing.T) {
	var got options
	problems := decode(t, `
name: one
retry: {wait: 1m}
second: {attempts: 5}
paths: one.xlsx
parts: [{attempts: 1}, {}]
header: {Accept: 5, X-Code: "01"}
limits: {a: {wait: 0s}}
query: {a: [1, {b: c}]}
count: 255
rate: 1_000.5e-1
at: 2025-07-01T00:00:00Z
plain: 0123
`, &got)
	if problems != nil {
		t.Fatal(problems)
	}
	want := options{
		Common: Common{Name: "one"}, Retry: inner{3, time.Minute}, Second: &inner{5, 2 * time.Second}, Size: 1 << 20,
		Paths: kind.Strings{"one.xlsx"}, Parts: []inner{{1, 2 * time.Second}, {3, 2 * time.Second}},
		Header: map[string]string{"Accept": "5", "X-Code": "01"}, Limits: map[string]inner{"a": {3, 0}},
		Query: map[string]any{"a": []any{1, map[string]any{"b": "c"}}}, On: true, Count: 255, Rate: 100.05,
		At: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC), Plain: "0123",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(options{})); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

func TestDecodeProblems(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"missing", "on: false", []string{
			"01:01 name is missing; it can be one or two", "01:01 paths is missing; give it"}},
		{"misspelt is not missing as well", "nmae: one\npaths: [a]", []string{`01:01 unknown key "nmae"; did you mean "name"?`}},
		{"both spellings", "nam: x\nname: three\npaths: [a]", []string{
			`01:01 unknown key "nam"; did you mean "name"?`, `02:07 name is "three"; it can be one or two`}},
		{"unknown", "name: one\npaths: [a]\nretry: {x: 1}", []string{`03:09 unknown key "x"; the keys here are attempts and wait`}},
		{"empty list", "name: one\npaths: []", []string{"02:08 paths is empty; give at least 1"}},
		{"empty text in a list", "name: one\npaths: [a, '']", []string{`02:12 paths[1] is ""; it must not be empty`}},
		{"no value", "name: one\npaths: [a]\nretry:", []string{"03:07 retry has no value; give it one or remove the key"}},
		{"complaint of a nested struct", "name: one\npaths: [a]\nparts:\n- {wait: 2m}", []string{
			"04:10 wait is longer than a minute; be patient, not stubborn"}},
		{"no complaint about what cannot be read", "name: one\npaths: [a]\nretry: {wait: soon}", []string{
			`03:15 wait is "soon"; a time span has a number and a unit, such as 30s, 5m or 24h`}},
		{"too large", "name: one\npaths: [a]\ncount: 256", []string{"03:08 count is 256; a whole number from 0 is expected"}},
		{"negative", "name: one\npaths: [a]\nretry: {wait: -1s}", []string{
			`03:15 wait is "-1s"; a time span has a number and a unit, such as 30s, 5m or 24h`}},
		{"other base", "name: one\npaths: [a]\nrate: 0x10", []string{"03:07 rate is 0x10; a number is expected; decimals take a point: 1.5"}},
		{"not a number", "name: one\npaths: [a]\nrate: .nan", []string{"03:07 rate is .nan; a number is expected; decimals take a point: 1.5"}},
		{"quoted", "name: one\npaths: [a]\non: 'true'", []string{`03:05 on is "true"; true or false is expected, without quotes`}},
		{"map of texts", "name: one\npaths: [a]\nheader: {a: [b]}", []string{"03:13 a is a list where a text is expected"}},
		{"not a group", "name: one\npaths: [a]\nsecond: [5]", []string{
			"03:09 second is a list where keys are expected; give it the keys attempts, wait"}},
		{"time", "name: one\npaths: [a]\nat: noon", []string{
			`03:05 at is "noon"; parsing time "noon" as "2006-01-02T15:04:05Z07:00": cannot parse "noon" as "2006"`}},
		{"several", "name: 1\npaths: {}\nsize: 5\nzzz: 1", []string{
			"01:07 name is 1; it can be one or two",
			`02:08 paths is a group of keys where a list is expected; write each entry on a line of its own after "- ", or all in brackets: [a, b]`,
			"03:07 size is 5; a size has a number and a unit, such as 512MiB or 2GiB",
			`04:01 unknown key "zzz"; the keys here are name, retry, second, size, paths, parts, header, limits, query, on, count, rate, at and plain`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, decode(t, test.text, &options{})); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

type secretive struct {
	Token string `yaml:"token"`
	Short string `yaml:"short"`
	Size  kind.Bytes
}

func (s secretive) Check() []kind.Complaint {
	return []kind.Complaint{{What: `the pair "` + s.Token + `" and ` + s.Short + ` in ` + s.Token + `, abc`, Want: "another than " + s.Short}}
}

func TestValuesFromOutsideAreNotShown(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Load([]byte("token: s3cret\nshort: ab\nsize: 17 s3cret"), &doc); err != nil {
		t.Fatal(err)
	}
	d := &kind.Decoder{Shown: func(n *yaml.Node) (string, bool) {
		return "${" + strings.ToUpper(n.Value[:1]) + "}", n.Kind == yaml.ScalarNode
	}}
	var s secretive
	d.Struct("", doc.Content[0], &s)
	var got []string
	for _, p := range d.Problems() {
		got = append(got, p.String())
	}
	want := []string{
		`the pair "${S}" and ${A} in ${S}, abc; another than ${A}`,
		"size is ${1}; a size has a number and a unit, such as 512MiB or 2GiB",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if s.Token != "s3cret" {
		t.Errorf("token %q", s.Token)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("name: one\npaths: [a]\nretry: {wait: 5s}\nsize: 3KB")
	f.Add("query: {<<: [a]}\nrate: 1e999\ncount: -0\nat: 2025-13-01")
	f.Add("parts: [[], {}, ~]\nheader: {1: 2}\nlimits: {a: 5}")
	f.Fuzz(func(t *testing.T, text string) {
		var doc yaml.Node
		if yaml.Load([]byte(text), &doc) != nil || len(doc.Content) != 1 || strings.ContainsAny(text, "*&") {
			t.Skip()
		}
		d := &kind.Decoder{}
		var o options
		d.Struct("", doc.Content[0], &o)
		if len(d.Problems()) == 0 && (o.Common.Name == "" || len(o.Paths) == 0) {
			t.Error("required keys are missing without a problem")
		}
	})
}

package kind_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/kind"
)

func TestBytes(t *testing.T) {
	for text, want := range map[string]kind.Bytes{
		"512MiB": 512 << 20, "2GiB": 2 << 30, "1.5 KiB": 1536, "10MB": 10_000_000, "0B": 0, " 7 b ": 7, "1tib": 1 << 40, "3KB": 3000,
	} {
		var got kind.Bytes
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q gives %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "MiB", "-1MiB", "1,5MiB", "1e3MiB", "0x1MiB", "9999999TiB", "1 2MiB", "1.2.3MiB", "NaNMiB", "InfB", "5 apples", "1_0B"} {
		var got kind.Bytes
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q gives %d, want an error", text, got)
		}
	}
}

func TestBytesString(t *testing.T) {
	for b, want := range map[kind.Bytes]string{0: "0B", 1: "1B", 1023: "1023B", 1024: "1KiB", 1536: "1536B", 3 << 20: "3MiB", 5 << 40: "5TiB", -1024: "-1KiB"} {
		if got := b.String(); got != want {
			t.Errorf("%d is written %q, want %q", int64(b), got, want)
		}
	}
}

func FuzzBytes(f *testing.F) {
	for _, s := range []string{"512MiB", "1.5KiB", "9223372036854775807B", "8388608TiB", "٣MiB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b, again kind.Bytes
		if b.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(b.String())); b < 0 || err != nil || again != b && b < 1<<53 {
			t.Errorf("%q gives %d, which is written %s and read as %d, %v", text, int64(b), b, int64(again), err)
		}
	})
}

func TestNearest(t *testing.T) {
	known := []string{"paths", "kind", "title", "max_bytes", ">", ">="}
	got := map[string]string{}
	for _, name := range []string{"path", "pahts", "Kind", "knd", "titel", "max-byte", "maximum", "x", "=>", "licence"} {
		got[name], _ = kind.Nearest(name, known)
	}
	want := map[string]string{
		"path": "paths", "pahts": "paths", "Kind": "kind", "knd": "kind", "titel": "title", "max-byte": "max_bytes",
		"maximum": "", "x": "", "=>": ">=", "licence": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nearest (-want +got):\n%s", diff)
	}
}

func TestFields(t *testing.T) {
	type described struct {
		A int    `yaml:"a" json:"a,omitempty" jsonschema:"description=One, two, and three: a=b,minimum=-1,maximum=2.5"`
		B string `yaml:"b" json:"b" jsonschema:"enum=x,enum=y,default=x,description=Last"`
		C string `yaml:"c" jsonschema:"required,description=C\\, escaped"`
	}
	got := kind.Fields(reflect.TypeFor[described]())
	for i := range got {
		got[i].Type = nil
	}
	low, high := -1.0, 2.5
	want := []kind.Field{
		{Key: "a", Index: []int{0}, Doc: "One, two, and three: a=b", Minimum: &low, Maximum: &high},
		{Key: "b", Index: []int{1}, Doc: "Last", Enum: []string{"x", "y"}, Default: "x"},
		{Key: "c", Index: []int{2}, Doc: "C, escaped", Required: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

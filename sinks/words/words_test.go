package words_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/words"
)

// Every text is there in both languages, and no text has the name of a list.
func TestComplete(t *testing.T) {
	file, err := os.ReadFile("words.json")
	if err != nil {
		t.Fatal(err)
	}
	var l struct {
		Texts map[string][2]string            `json:"texts"`
		Codes map[string]map[string][2]string `json:"codes"`
	}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		t.Fatal(err)
	}
	check := func(name string, p [2]string) {
		if p[0] == "" || p[1] == "" {
			t.Errorf("%s: %q", name, p)
		}
	}
	for key, p := range l.Texts {
		check(key, p)
		if l.Codes[key] != nil {
			t.Errorf("%s is a text and a list", key)
		}
	}
	for name, codes := range l.Codes {
		for code, p := range codes {
			check(name+" "+code, p)
		}
	}
}

func TestWords(t *testing.T) {
	if diff := cmp.Diff(sinks.Text{VI: "Đơn vị", EN: "Unit"}, words.Say("unit")); diff != "" {
		t.Error(diff)
	}
	if got := words.Say("nothing"); got.VI != "nothing" {
		t.Errorf("got %v", got)
	}
	if got, ok := words.Of("statuses", "P"); !ok || got.In("en") != "provisional" {
		t.Errorf("got %v, %v", got, ok)
	}
	if _, ok := words.Of("statuses", "Q"); ok {
		t.Error("an unknown code has a meaning")
	}
	text, err := words.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"tử số", "numerator"}, all["roles"].(map[string]any)["numerator"]); diff != "" {
		t.Error(diff)
	}
}

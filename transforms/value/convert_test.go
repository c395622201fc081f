package value_test

import (
	"testing"

	"github.com/statloom/statloom/transforms/value"
)

func TestConvert(t *testing.T) {
	unit := func(text string) value.Unit {
		u, ok := value.ParseUnit("ĐVT: " + text)
		if !ok {
			t.Fatalf("%s is no unit", text)
		}
		return u
	}
	for _, tt := range []struct {
		v        float64
		from, to string
		want     float64
		ok       bool
	}{
		{1.5, "tỷ đồng", "triệu đồng", 1500, true},
		{30300, "Triệu đồng", "Tỷ đồng", 30.3, true},
		{7, "nghìn tỷ đồng", "tỷ đồng", 7000, true},
		{2, "tỉ đồng", "tỷ đồng", 2, true},
		{5, "nghìn tấn", "tấn", 5000, true},
		{1, "tỷ đồng", "triệu USD", 0, false},
		{1, "tỷ đồng", "%", 0, false},
		{1, "người", "tấn", 0, false},
	} {
		got, ok := value.Convert(tt.v, unit(tt.from), unit(tt.to))
		if got != tt.want || ok != tt.ok {
			t.Errorf("%v %s in %s: got %v %v, want %v %v", tt.v, tt.from, tt.to, got, ok, tt.want, tt.ok)
		}
	}
}

package sinks_test

import (
	"testing"

	"github.com/statloom/statloom/sinks"
)

func TestTraceFragment(t *testing.T) {
	got := sinks.TraceFragment("SI01", "2024-01-01/P5M", [][2]string{{"field", "_T"}, {"tên", "a&b c#"}})
	if want := "#trace=SI01&time_period=2024-01-01%2FP5M&field=_T&t%C3%AAn=a%26b+c%23"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

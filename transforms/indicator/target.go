package indicator

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/period"
)

// Standing says how a target stands.
type Standing string

const (
	Reached  Standing = "reached"   // the actual value meets the target
	OnTrack  Standing = "on_track"  // not yet, but it is at least where the straight path from the baseline asks it to be
	OffTrack Standing = "off_track" // it is behind the path, or the target's period has ended without its being met
	NoData   Standing = "no_data"   // there is no actual value, or nothing to judge its progress by
)

// TargetResult says how a target stands. The actual value is that of the latest period that ends no later than the
// target's; forecasts do not count. Values that are not there are nil.
type TargetResult struct {
	ID         string            `json:"target"`
	Name       transforms.Text   `json:"name"`
	Indicator  string            `json:"indicator"`
	At         map[string]string `json:"at,omitempty"`
	Period     string            `json:"period"`
	Comparison string            `json:"comparison"`
	Value      float64           `json:"value"`
	Tolerance  float64           `json:"tolerance,omitempty"`
	Unit       string            `json:"unit"`
	Decimals   int               `json:"decimals"`

	BaselinePeriod string   `json:"baseline_period,omitempty"`
	Baseline       *float64 `json:"baseline,omitempty"`
	ActualPeriod   string   `json:"actual_period,omitempty"`
	Actual         *float64 `json:"actual,omitempty"`
	ActualLow      *float64 `json:"actual_low,omitempty"`
	ActualHigh     *float64 `json:"actual_high,omitempty"`
	ActualStatus   string   `json:"actual_status,omitempty"`
	Gap            *float64 `json:"gap,omitempty"`        // actual - target
	Attainment     *float64 `json:"attainment,omitempty"` // 100 * actual / target
	RequiredByPath *float64 `json:"required_by_path,omitempty"`

	Standing Standing        `json:"status"`
	Rule     transforms.Text `json:"rule"` // why, with the numbers

	Illustrative bool `json:"illustrative,omitempty"` // it rests on made-up figures
}

// point is a value of an indicator at the place a target is about.
type point struct {
	period    string
	start     time.Time
	end       time.Time
	value     float64
	low, high *float64
	status    string
}

// reason says which rule gave the standing.
type reason uint8

const (
	noValue     reason = iota // there is no value that counts
	onlyLater                 // values begin after the target's period
	met                       // the value meets the target
	ended                     // the period has ended, the value does not meet it
	noBaseline                // the declared baseline has no value
	lateStart                 // the baseline is not before the actual period
	againstPath               // compared with the path
)

// judge finds how a target stands. The points have values and are of one place.
func judge(t transforms.Target, ind transforms.Indicator, at map[string]string, points []point) (TargetResult, error) {
	goal, err := parsePeriod(t.Period)
	if err != nil {
		return TargetResult{}, err
	}
	r := TargetResult{
		ID: t.ID, Name: t.Name, Indicator: ind.ID, At: at, Period: t.Period, Comparison: t.Comparison,
		Value: t.Value, Tolerance: t.Tolerance, Unit: ind.Unit, Decimals: ind.Decimals, Standing: NoData,
	}
	points = inOrder(points)
	known := slices.DeleteFunc(slices.Clone(points), func(p point) bool { return p.end.After(goal.End) })
	if len(known) == 0 {
		why := noValue
		if len(points) > 0 {
			why = onlyLater
		}
		r.Rule = r.explain(why)
		return r, nil
	}
	actual := known[len(known)-1]
	r.setActual(actual)
	why := r.compare(goal, actual, r.baseline(t, points))
	r.Rule = r.explain(why)
	return r, nil
}

// inOrder leaves out forecasts and sorts by the end of the period; of periods that end together the longest is last.
func inOrder(points []point) []point {
	points = slices.DeleteFunc(slices.Clone(points), func(p point) bool { return p.status == "F" })
	slices.SortFunc(points, func(a, b point) int { return cmp.Or(a.end.Compare(b.end), b.start.Compare(a.start)) })
	return points
}

func (r *TargetResult) setActual(p point) {
	r.ActualPeriod, r.ActualStatus = p.period, p.status
	r.Actual, r.ActualLow, r.ActualHigh = &p.value, p.low, p.high
	gap := p.value - r.Value
	r.Gap = &gap
	if r.Value != 0 {
		attainment := 100 * p.value / r.Value
		r.Attainment = &attainment
	}
}

// baseline finds where the path begins.
func (r *TargetResult) baseline(t transforms.Target, points []point) *point {
	if t.Baseline == "" {
		r.BaselinePeriod = points[0].period
		r.Baseline = &points[0].value
		return &points[0]
	}
	r.BaselinePeriod = t.Baseline
	i := slices.IndexFunc(points, func(p point) bool { return p.period == t.Baseline })
	if i < 0 {
		return nil
	}
	r.Baseline = &points[i].value
	return &points[i]
}

// compare sets the standing and, where there is a path, what it asks for.
func (r *TargetResult) compare(goal period.Period, actual point, base *point) reason {
	from, to := 0.0, position(goal.End)
	if base != nil {
		from = position(base.end)
	}
	now := position(actual.end)
	if base != nil && from <= now && from < to {
		required := *r.Baseline + (r.Value-*r.Baseline)*(now-from)/(to-from)
		r.RequiredByPath = &required
	}
	switch {
	case meets(actual.value, r.Comparison, r.Value, r.Tolerance, false):
		r.Standing = Reached
		return met
	case !actual.end.Before(goal.End):
		r.Standing = OffTrack
		return ended
	case base == nil:
		return noBaseline
	case from >= now:
		return lateStart
	case meets(actual.value, r.Comparison, *r.RequiredByPath, r.Tolerance, true):
		r.Standing = OnTrack
	default:
		r.Standing = OffTrack
	}
	return againstPath
}

// meets compares a value with what is asked of it. On the path, > and < are as good as >= and <=: a value right on it
// is on track. Differences that only come from computing with binary fractions do not count.
func meets(value float64, comparison string, want, tolerance float64, onPath bool) bool {
	switch comparison {
	case ">":
		return value > want && !same(value, want) || onPath && same(value, want)
	case "<":
		return value < want && !same(value, want) || onPath && same(value, want)
	case "<=":
		return value <= want || same(value, want)
	case "about":
		want -= tolerance
	}
	return value >= want || same(value, want)
}

func same(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

// position gives a time on an axis of months on which ends of months are whole numbers: the path from one year to
// another has equal steps although years have not equally many days.
func position(t time.Time) float64 {
	last := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return float64(12*t.Year()+int(t.Month())-1) + float64(t.Day())/float64(last)
}

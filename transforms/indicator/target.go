package indicator

import (
	"cmp"
	"fmt"
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
	AtRisk   Standing = "at_risk"   // it is behind the path by no more than the target's margin
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

	Prospect         // what it takes, and where it may go: assumptions, not statistics
	AreaUntil string `json:"area_until,omitempty"`
	Left      string `json:"not_judged,omitempty"` // the latest period with a value of another area

	Standing Standing        `json:"status"`
	Rule     transforms.Text `json:"rule"` // why, with the numbers

	Illustrative bool `json:"illustrative,omitempty"` // it rests on made-up figures

	riskMargin float64
	bent       bool // the path has milestones
	rebased    transforms.Text
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
	if points, err = r.ofArea(t, points); err != nil {
		return TargetResult{}, err
	}
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
	why := r.compare(t, goal, actual, r.baseline(t, points))
	r.Prospect = prospect(t, goal, known)
	r.Rule = r.explain(why)
	return r, nil
}

// ofArea leaves out values of another area than the one the target was set for.
func (r *TargetResult) ofArea(t transforms.Target, points []point) ([]point, error) {
	if t.AreaUntil == "" {
		return points, nil
	}
	until, err := time.Parse(time.DateOnly, t.AreaUntil)
	if err != nil {
		return nil, fmt.Errorf("read area_until: %w", err)
	}
	r.AreaUntil, r.rebased = t.AreaUntil, t.Rebased
	var own []point
	for _, p := range points {
		if !p.end.After(until) {
			own = append(own, p)
			continue
		}
		r.Left = p.period
		if t.Rebased != (transforms.Text{}) {
			own = append(own, p)
		}
	}
	return own, nil
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
func (r *TargetResult) compare(t transforms.Target, goal period.Period, actual point, base *point) reason {
	from, to := 0.0, position(goal.End)
	if base != nil {
		from = position(base.end)
	}
	now := position(actual.end)
	if base != nil && from <= now && from < to {
		required := onPath(t, from, *r.Baseline, to, now)
		r.RequiredByPath = &required
	}
	r.riskMargin, r.bent = t.RiskMargin, len(t.Path) > 0
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
	case r.margin() > 0 && meets(actual.value, r.Comparison, *r.RequiredByPath, r.Tolerance+r.margin(), true):
		r.Standing = AtRisk
	default:
		r.Standing = OffTrack
	}
	return againstPath
}

// margin is how far behind the path is at risk, in the unit of the indicator.
func (r *TargetResult) margin() float64 {
	if r.RequiredByPath == nil {
		return 0
	}
	return math.Abs(*r.RequiredByPath) * r.riskMargin / 100
}

// onPath gives what the path asks for: straight from one milestone to the next.
func onPath(t transforms.Target, from, value, to, now float64) float64 {
	for _, m := range t.Path {
		p, err := parsePeriod(m.Period)
		if err != nil {
			continue // checkTargets refuses it
		}
		at := position(p.End)
		if at <= from || at >= to {
			continue
		}
		if now < at {
			return value + (m.Value-value)*(now-from)/(at-from)
		}
		from, value = at, m.Value
	}
	return value + (t.Value-value)*(now-from)/(to-from)
}

// meets compares a value with what is asked of it. On the path, > and < are as good as >= and <=: a value right on it
// is on track. Differences that only come from computing with binary fractions do not count.
func meets(value float64, comparison string, want, tolerance float64, onPath bool) bool {
	if comparison[0] == '<' {
		want += tolerance
	} else {
		want -= tolerance
	}
	equal := same(value, want)
	switch comparison {
	case ">":
		return value > want && !equal || onPath && equal
	case "<":
		return value < want && !equal || onPath && equal
	case "<=":
		return value <= want || equal
	}
	return value >= want || equal
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

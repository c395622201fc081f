package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/pipeline/schedule"
)

// Schedule says when the pipeline, or one source, is run by `statloom serve`.
type Schedule struct {
	Cron     string        `yaml:"cron" json:"cron,omitempty" jsonschema:"description=Minute, hour, day of month, month, day of week: 0 2 * * * is every night at two"`
	Calendar *Calendar     `yaml:"calendar" json:"calendar,omitempty" jsonschema:"description=In place of cron: the days on which a statistics office publishes"`
	TimeZone string        `yaml:"time_zone" json:"time_zone" jsonschema:"description=Name of the time zone, such as Asia/Ho_Chi_Minh"`
	Windows  []Window      `yaml:"windows" json:"windows,omitempty" jsonschema:"description=Times of the day in which runs may begin; what is due outside waits for the next one"`
	Jitter   time.Duration `yaml:"jitter" json:"jitter,omitempty" jsonschema:"description=Runs begin up to so much later: always by the same amount, which differs between sources"`
	Missed   string        `yaml:"missed" json:"missed,omitempty" jsonschema:"enum=once,enum=all,enum=none,default=once,description=What is done about runs that were missed while nothing ran"`
	Poll     time.Duration `yaml:"poll" json:"poll,omitempty" jsonschema:"description=Ask again so often until a new book is there"`
	Within   time.Duration `yaml:"expected_within" json:"expected_within,omitempty" jsonschema:"description=A new book is expected so long after the due time, and late afterwards; a calendar says it by until"`
	Early    time.Duration `yaml:"early" json:"early,omitempty" jsonschema:"description=A book that came so long before the due time is the one that is expected"`

	when  schedule.Timetable
	print string
}

// Calendar is when a statistics office publishes.
type Calendar struct {
	Day       string   `yaml:"day" json:"day,omitempty" jsonschema:"description=Day of the month, 1 to 31, or last"`
	Months    []int    `yaml:"months" json:"months,omitempty" jsonschema:"minimum=1,maximum=12,description=Months in which there is one; default: all"`
	Otherwise string   `yaml:"otherwise" json:"otherwise,omitempty" jsonschema:"enum=last_working_day,enum=working_day_before,enum=working_day_after,enum=any_day,enum=skip,default=last_working_day,description=What counts where a month does not have the day, or it is no working day: the month's last working day, the nearest one before or after, the day whatever it is, or none"`
	Dates     []string `yaml:"dates" json:"dates,omitempty" jsonschema:"description=Dates that are known, such as 2026-03-29; in a month that has some, day plays no part"`
	At        string   `yaml:"at" json:"at,omitempty" jsonschema:"default=00:00,description=Time of the day"`
	Until     int      `yaml:"until" json:"until,omitempty" jsonschema:"minimum=1,maximum=31,description=A new book is expected until the end of the next such day of a month, and late afterwards"`
	Weekend   []string `yaml:"weekend" json:"weekend,omitempty" jsonschema:"enum=mon,enum=tue,enum=wed,enum=thu,enum=fri,enum=sat,enum=sun,description=Days of the week on which nobody works; default: sat and sun"`
	Holidays  string   `yaml:"holidays" json:"holidays,omitempty" jsonschema:"description=CSV file with a column date: further days on which nobody works"`
}

// Window is a time of the day in which runs may begin.
type Window struct {
	From string   `yaml:"from" json:"from" jsonschema:"description=Time of the day, such as 22:00"`
	To   string   `yaml:"to" json:"to" jsonschema:"description=Time of the day; where it is not after from, it is that of the next day"`
	Days []string `yaml:"days" json:"days,omitempty" jsonschema:"enum=mon,enum=tue,enum=wed,enum=thu,enum=fri,enum=sat,enum=sun,description=Days of the week on which it begins; default: all"`
}

// weekdays are the names of the days, as time.Weekday counts them.
func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

func days(names []string) []time.Weekday {
	var list []time.Weekday
	for _, name := range names {
		if n := slices.Index(weekdays(), name); n >= 0 {
			list = append(list, time.Weekday(n))
		}
	}
	return list
}

// Check looks at the times of the day.
func (w Window) Check() []kind.Complaint {
	var out []kind.Complaint
	for _, c := range []struct{ key, text string }{{"from", w.From}, {"to", w.To}} {
		if _, err := schedule.ParseClock(c.text); err != nil && c.text != "" {
			out = append(out, kind.Complaint{Key: c.key, What: err.Error()})
		}
	}
	if len(out) == 0 && w.From == w.To {
		out = append(out, kind.Complaint{Key: "to", What: "the window ends when it begins", Want: "leave windows out for the whole day"})
	}
	return out
}

// Check looks at days and dates.
func (c *Calendar) Check() []kind.Complaint {
	var out []kind.Complaint
	if _, ok := c.day(); !ok {
		out = append(out, kind.Complaint{Key: "day", What: "day " + strconv.Quote(c.Day) + " is no day of a month", Want: "write a number from 1 to 31, or last"})
	}
	if c.Day == "" && len(c.Dates) == 0 {
		out = append(out, kind.Complaint{Key: "day", What: "neither day nor dates are given", Want: "give the day of the month, or the dates"})
	}
	for _, text := range c.Dates {
		if _, err := schedule.ParseDate(text); err != nil {
			out = append(out, kind.Complaint{Key: "dates", What: err.Error()})
		}
	}
	if _, err := schedule.ParseClock(c.At); err != nil && c.At != "" {
		out = append(out, kind.Complaint{Key: "at", What: err.Error()})
	}
	return out
}

// day reads the day of the month; 0 for none.
func (c *Calendar) day() (int, bool) {
	switch n, err := strconv.Atoi(c.Day); {
	case c.Day == "":
		return 0, true
	case c.Day == "last":
		return schedule.LastDay, true
	default:
		return n, err == nil && n >= 1 && n <= 31
	}
}

// build makes the calendar of what is checked.
func (c *Calendar) build(zone *time.Location, holidays map[schedule.Date]bool) schedule.Calendar {
	out := schedule.Calendar{Otherwise: schedule.Otherwise(c.Otherwise), Until: c.Until, Holidays: holidays, Zone: zone}
	out.Day, _ = c.day()
	out.At, _ = schedule.ParseClock(c.At)
	if out.Weekend = days(c.Weekend); c.Weekend == nil {
		out.Weekend = []time.Weekday{time.Saturday, time.Sunday}
	}
	for _, m := range c.Months {
		out.Months = append(out.Months, time.Month(m))
	}
	for _, text := range c.Dates {
		if d, err := schedule.ParseDate(text); err == nil {
			out.Dates = append(out.Dates, d)
		}
	}
	return out
}

func (k *checker) checkSchedules() {
	if k.c.Schedule != nil {
		k.checkSchedule("schedule", k.c.Schedule)
	}
	for i := range k.c.Sources {
		if s := k.c.Sources[i].Schedule; s != nil {
			k.checkSchedule(at("sources", i, "schedule"), s)
		}
	}
}

// maxHolidays bounds a file of holidays, in bytes.
const maxHolidays = 4 << 20

func (k *checker) checkSchedule(path string, s *Schedule) {
	cron, calendar, zone := kind.Join(path, "cron"), kind.Join(path, "calendar"), kind.Join(path, "time_zone")
	usable := k.parses(zone, "@daily", s.TimeZone)
	switch {
	case s.Cron != "" && s.Calendar != nil:
		k.d.Fail(calendar, "both cron and calendar are given", "keep one of them")
		return
	case s.Calendar != nil:
		var off map[schedule.Date]bool
		if content, ok := k.load(kind.Join(calendar, "holidays"), s.Calendar.Holidays, maxHolidays); ok {
			var err error
			if off, err = schedule.ReadHolidays(content); err != nil {
				k.d.Fail(kind.Join(calendar, "holidays"), "holidays "+k.d.Quote(kind.Join(calendar, "holidays"))+" cannot be used: "+err.Error(), "")
			}
			s.print = hexHash(content)
			delete(k.files, kind.Join(calendar, "holidays")) // no part of what a release holds
		}
		if usable {
			k.buildCalendar(calendar, s, off)
		}
	case k.d.Node(cron) == nil:
		k.d.Report(cron, "cron is missing", "write when it is due: 0 2 * * * is every night at two; or give the days as calendar")
		return
	default:
		if k.parses(cron, s.Cron, "UTC") && usable {
			s.when, _ = schedule.Parse(s.Cron, s.TimeZone)
		}
	}
	if text, err := json.Marshal(s); err == nil {
		s.print = hexHash(append(text, s.print...))
	}
	if p := kind.Join(path, "poll"); k.d.Known(p) && s.Poll < time.Minute {
		k.d.Fail(p, "poll is "+k.d.Quote(p), "ask once a minute at most")
	}
}

func (k *checker) buildCalendar(path string, s *Schedule, off map[schedule.Date]bool) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return
	}
	c := s.Calendar.build(zone, off)
	if _, ok := c.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); !ok && k.d.Known(path) && (c.Day > 0 || len(c.Dates) > 0) {
		k.d.Fail(path, "the calendar never comes true: there is no such date", "")
	}
	s.when = c
}

// parses reports whether a cron expression and a time zone can be used; the path is that of the one in question.
func (k *checker) parses(path, expr, zone string) bool {
	_, err := schedule.Parse(expr, zone)
	if err == nil || !k.d.Known(path) {
		return err == nil
	}
	what := label(path) + " " + k.d.Quote(path) + " cannot be used"
	if !k.d.Outside(path) {
		what += ": " + err.Error()
	}
	k.d.Fail(path, what, "")
	return false
}

func hexHash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// PipelineRule is the id of the rule of the whole pipeline; those of sources are source:<id>.
const PipelineRule = "pipeline"

// Rules gives the rules of the pipeline and of its sources.
func (c *Config) Rules() []schedule.Rule {
	var rules []schedule.Rule
	if c.Schedule != nil {
		rules = append(rules, c.Schedule.rule(PipelineRule))
	}
	for _, s := range c.Sources {
		if s.Schedule != nil {
			r := s.Schedule.rule("source:" + s.ID)
			r.Sources = []string{s.ID}
			rules = append(rules, r)
		}
	}
	return rules
}

func (s *Schedule) rule(id string) schedule.Rule {
	r := schedule.Rule{
		ID: id, When: s.when, Jitter: s.Jitter, Missed: schedule.Missed(s.Missed),
		Poll: s.Poll, Patient: s.Within, Early: s.Early, Print: s.print,
	}
	r.Zone, _ = time.LoadLocation(s.TimeZone) // it was checked
	for _, w := range s.Windows {
		var one schedule.Window
		one.From, _ = schedule.ParseClock(w.From)
		one.To, _ = schedule.ParseClock(w.To)
		one.Days = days(w.Days)
		r.Windows = append(r.Windows, one)
	}
	return r
}

// NextRun gives when the next run begins; ok is false for a configuration without schedules.
func (c *Config) NextRun(after time.Time) (start time.Time, ok bool) {
	for _, r := range c.Rules() {
		if _, s, found := r.Next(after); found && (!ok || s.Before(start)) {
			start, ok = s, true
		}
	}
	return start, ok
}

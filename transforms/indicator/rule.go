package indicator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/transforms"
)

// explain writes why a target stands as it does, in one sentence with the numbers.
func (r *TargetResult) explain(why reason) transforms.Text {
	vi, en := r.words(true), r.words(false)
	text := transforms.Text{VI: vi.sentence(why), EN: en.sentence(why)}
	if why != noValue && why != onlyLater {
		text.VI += vi.uncertain()
		text.EN += en.uncertain()
	}
	text.VI += vi.elsewhere()
	text.EN += en.elsewhere()
	return text
}

// wording writes a result's sentence in one language.
type wording struct {
	r  *TargetResult
	vi bool
}

func (r *TargetResult) words(vi bool) wording { return wording{r, vi} }

func (w wording) say(vi, en string, args ...any) string {
	if w.vi {
		return fmt.Sprintf(vi, args...)
	}
	return fmt.Sprintf(en, args...)
}

func (w wording) sentence(why reason) string {
	r := w.r
	switch why {
	case noValue:
		return w.say("Chưa có số liệu thực tế%s.", "There is no actual value%s.", w.place())
	case onlyLater:
		return w.say("Không có số liệu thực tế đến hết kỳ %s%s.", "There is no actual value up to the end of %s%s.", r.Period, w.place())
	case met:
		return w.say("Đạt: %s là %s, %s.", "Reached: %s gives %s, %s.", r.ActualPeriod, w.actual(), w.asked(true))
	case ended:
		return w.say("Không đạt: kỳ mục tiêu đã kết thúc với %s là %s, %s.",
			"Missed: the target's period has ended with %s at %s, %s.", r.ActualPeriod, w.actual(), w.asked(false))
	case noBaseline:
		return w.say("Chưa đạt (%s là %s, mục tiêu %s) và chưa đánh giá được tiến độ: kỳ gốc %s không có số liệu.",
			"Not reached (%s gives %s, the target is %s), and progress cannot be judged: the baseline %s has no value.",
			r.ActualPeriod, w.actual(), w.goal(), r.BaselinePeriod)
	case lateStart:
		return w.say("Chưa đạt (%s là %s, mục tiêu %s) và chưa đánh giá được tiến độ: chưa có số liệu sau kỳ gốc %s.",
			"Not reached (%s gives %s, the target is %s), and progress cannot be judged: there is no value after the baseline %s.",
			r.ActualPeriod, w.actual(), w.goal(), r.BaselinePeriod)
	}
	lead, margin := w.say("Đúng tiến độ", "On track"), ""
	switch r.Standing {
	case OffTrack:
		lead = w.say("Chậm tiến độ", "Off track")
	case AtRisk:
		lead = w.say("Có nguy cơ", "At risk")
		margin = w.say("; thấp hơn không quá %s%%", "; it is behind by no more than %s %%", w.plain(r.riskMargin))
	}
	path := w.say("đường thẳng", "the straight path")
	if r.bent {
		path = w.say("lộ trình qua các mốc", "the path by its milestones")
	}
	return w.say("%s: %s là %s, %s từ %s (%s) đến %s (%s) đòi hỏi %s%s%s.",
		"%s: %s gives %s, %s from %s (%s) to %s (%s) asks for %s%s%s.",
		lead, r.ActualPeriod, w.actual(), path, w.number(*r.Baseline, w.decimals()), r.BaselinePeriod, w.plain(r.Value), r.Period,
		w.required(), w.tolerance(), margin)
}

// actual writes the actual value with its unit and, unless normal, its status.
func (w wording) actual() string {
	text := w.withUnit(w.apart(*w.r.Actual))
	status := map[string][2]string{"E": {"ước tính", "estimated"}, "P": {"sơ bộ", "provisional"}, "B": {"gián đoạn chuỗi", "break in series"}}
	if s, ok := status[w.r.ActualStatus]; ok {
		word := s[1]
		if w.vi {
			word = s[0]
		}
		text += " (" + word + ")"
	}
	return text
}

// asked says how the actual value compares with the target.
func (w wording) asked(met bool) string {
	if w.r.Comparison == "about" {
		if met {
			return w.say("mục tiêu khoảng %s được coi là đạt từ %s trở lên", "about %s counts as met from %s upwards",
				w.withUnit(w.plain(w.r.Value)), w.withUnit(w.plain(w.bound())))
		}
		return w.say("dưới mức %s mà từ đó mục tiêu khoảng %s được coi là đạt", "below the %s from which about %s counts as met",
			w.withUnit(w.plain(w.bound())), w.withUnit(w.plain(w.r.Value)))
	}
	if met {
		return w.say("thỏa mục tiêu %s", "which meets the target %s", w.goal())
	}
	return w.say("không thỏa mục tiêu %s", "which does not meet the target %s", w.goal())
}

// goal writes the target: ≥ 200 doanh nghiệp.
func (w wording) goal() string {
	sign := map[string]string{">=": "≥", "<=": "≤", "about": "≈"}[w.r.Comparison]
	if sign == "" {
		sign = w.r.Comparison
	}
	return sign + " " + w.withUnit(w.plain(w.r.Value))
}

// bound is the value from which the target is met.
func (w wording) bound() float64 {
	if w.r.Comparison == "about" {
		return w.r.Value - w.r.Tolerance
	}
	return w.r.Value
}

// required writes what the path asks for: at least or at most so much.
func (w wording) required() string {
	number := w.withUnit(w.apart(*w.r.RequiredByPath))
	if strings.HasPrefix(w.r.Comparison, "<") {
		return w.say("không quá %s", "at most %s", number)
	}
	return w.say("ít nhất %s", "at least %s", number)
}

// tolerance says that the tolerance holds along the path too.
func (w wording) tolerance() string {
	if w.r.Comparison != "about" || w.r.Tolerance == 0 {
		return ""
	}
	return w.say(", trừ dung sai %s", ", less the tolerance of %s", w.plain(w.r.Tolerance))
}

// uncertain adds that the band of the actual value lies on both sides of what it was compared with.
func (w wording) uncertain() string {
	low, high := w.r.ActualLow, w.r.ActualHigh
	if low == nil || high == nil {
		return ""
	}
	limit := w.bound()
	if w.r.Standing != Reached && w.r.RequiredByPath != nil {
		limit = *w.r.RequiredByPath
		if w.r.Comparison == "about" {
			limit -= w.r.Tolerance
		}
	}
	lowMeets := meets(*low, w.r.Comparison, limit, 0, true)
	highMeets := meets(*high, w.r.Comparison, limit, 0, true)
	if lowMeets == highMeets {
		return ""
	}
	return w.say(" Khoảng %s đến %s của giá trị nằm ở cả hai phía, nên kết luận chưa chắc chắn.",
		" The value's band, %s to %s, lies on both sides of that, so this is not certain.",
		w.apart(*low), w.apart(*high))
}

// elsewhere adds that there are values of another area, and what became of them.
func (w wording) elsewhere() string {
	switch {
	case w.r.Left == "":
		return ""
	case w.r.rebased != (transforms.Text{}):
		return w.say(" Số liệu sau %s đã được quy về địa bàn cũ: %s.", " Values after %s were carried back to the area as it was: %s.",
			w.r.AreaUntil, w.pick(w.r.rebased))
	}
	return w.say(" Số liệu %s thuộc địa bàn sau %s, khác địa bàn khi đặt mục tiêu, nên không dùng để đánh giá.",
		" The value of %s is of the area after %s, which is not the one the target was set for: it is not judged.", w.r.Left, w.r.AreaUntil)
}

func (w wording) pick(t transforms.Text) string {
	if w.vi && t.VI != "" || t.EN == "" {
		return t.VI
	}
	return t.EN
}

// place names the dimension values, for when there is nothing else to show.
func (w wording) place() string {
	if text := atText(w.r.At); text != "" {
		return w.say(" tại %s", " at %s", text)
	}
	return ""
}

// decimals is how many to show: the indicator's, or those of the target where it has more.
func (w wording) decimals() int {
	n := w.r.Decimals
	for _, x := range []float64{w.r.Value, w.r.Tolerance} {
		_, fraction, _ := strings.Cut(wording{}.plain(x), ".")
		n = max(n, len(fraction))
	}
	return n
}

// apart writes a number with as many more decimals as it takes until the actual value looks different from all that it
// is compared with and differs from: 10.96 must not read 11 when it falls short of 11.
func (w wording) apart(x float64) string {
	actual := *w.r.Actual
	others := []float64{w.r.Value, w.bound()}
	if w.r.RequiredByPath != nil {
		others = append(others, *w.r.RequiredByPath)
	}
	decimals := w.decimals()
	for ; decimals < 12; decimals++ {
		if !slices.ContainsFunc(others, func(other float64) bool {
			return !same(actual, other) && w.number(actual, decimals) == w.number(other, decimals)
		}) {
			break
		}
	}
	return w.number(x, decimals)
}

// plain writes a number with the decimals it was declared with. Nine are enough for what people declare, and hide what
// computing 11 - 0.1 in binary fractions adds.
func (w wording) plain(x float64) string {
	text := strconv.FormatFloat(x, 'f', 9, 64)
	return w.comma(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}

func (w wording) number(x float64, decimals int) string {
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if f, err := strconv.ParseFloat(text, 64); err == nil && f == 0 {
		text = strings.TrimPrefix(text, "-")
	}
	return w.comma(text)
}

func (w wording) comma(text string) string {
	if w.vi {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}

func (w wording) withUnit(number string) string {
	if w.r.Unit == "" {
		return number
	}
	return number + " " + w.r.Unit
}

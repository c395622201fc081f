package transforms

// Memory is what readers remember of one book while it is read for one dataset after the other, so that it is understood
// once. Each reader keeps its own under a key of its own type. The zero Memory is ready; it is not safe for concurrent use,
// and ends with the book it is about.
type Memory struct{ kept map[any]any }

// Recall gives what is kept under a key, at first what fresh makes. A nil Memory keeps nothing.
func (m *Memory) Recall(key any, fresh func() any) any {
	if m == nil {
		return fresh()
	}
	kept, ok := m.kept[key]
	if !ok {
		kept = fresh()
		if m.kept == nil {
			m.kept = map[any]any{}
		}
		m.kept[key] = kept
	}
	return kept
}

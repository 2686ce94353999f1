package appserver

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPipelined sends requests in one piece of which the later ones depend on the
// earlier, and many times, since a race would let most of them through.
func TestPipelined(t *testing.T) {
	t.Parallel()
	const rounds = 30
	id := func(round int) string { return fmt.Sprintf("01a2029d-382a-70f3-8903-4d64504c64%02x", round) }
	rollout := func(round int) string {
		return fmt.Sprintf("sessions/2025/01/02/rollout-2025-01-02T10-00-%02d-%s.jsonl", round, id(round))
	}
	files := make(map[string]string)
	for round := range rounds {
		files[rollout(round)] = fmt.Sprintf(`{"timestamp":"2025-01-02T10:00:00Z","type":"session_meta","payload":{"id":%q,"timestamp":"2025-01-02T10:00:00Z","cwd":"/","originator":"x","cli_version":"1"}}
{"timestamp":"2025-01-02T10:00:00Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}}
{"timestamp":"2025-01-02T10:00:00Z","type":"event_msg","payload":{"type":"user_message","message":"hello","kind":"plain"}}
`, id(round))
	}
	tests := []struct {
		name   string
		first  func(s *stage, round int) string // method and params
		second func(s *stage, round int) string
		want   func(round int) string // in the second response
		absent func(round int) string // not there, or ""
	}{
		{
			name:   "a new conversation has the model that was set",
			first:  func(_ *stage, n int) string { return fmt.Sprintf(`"setDefaultModel","params":{"model":"m-%d"}`, n) },
			second: func(*stage, int) string { return `"newConversation","params":{}` },
			want:   func(n int) string { return fmt.Sprintf(`"model":"m-%d",`, n) },
		},
		{
			name:   "the saved settings are those that were set",
			first:  func(_ *stage, n int) string { return fmt.Sprintf(`"setDefaultModel","params":{"model":"m-%d"}`, n) },
			second: func(*stage, int) string { return `"getUserSavedConfig"` },
			want:   func(n int) string { return fmt.Sprintf(`"model":"m-%d",`, n) },
		},
		{
			name:   "a new conversation has the model of before",
			first:  func(*stage, int) string { return `"newConversation","params":{}` },
			second: func(_ *stage, n int) string { return fmt.Sprintf(`"setDefaultModel","params":{"model":"m-%d"}`, n) },
			want:   func(int) string { return `"result":{}` },
		},
		{
			name: "what was archived is not listed",
			first: func(s *stage, n int) string {
				return fmt.Sprintf(`"archiveConversation","params":{"conversationId":%q,"rolloutPath":%q}`, id(n), s.home+"/"+rollout(n))
			},
			second: func(*stage, int) string { return `"listConversations","params":{"pageSize":100}` },
			want:   func(int) string { return `"items":[` },
			absent: id,
		},
		{
			name: "what was resumed takes input",
			first: func(s *stage, n int) string {
				return fmt.Sprintf(`"resumeConversation","params":{"path":%q}`, s.home+"/"+rollout(n))
			},
			second: func(_ *stage, n int) string {
				return fmt.Sprintf(`"sendUserMessage","params":{"conversationId":%q,"items":[]}`, id(n))
			},
			want: func(int) string { return `"result":{}` },
		},
		{
			name:   "who signed in is signed in",
			first:  func(_ *stage, n int) string { return fmt.Sprintf(`"loginApiKey","params":{"apiKey":"sk-%d"}`, n) },
			second: func(*stage, int) string { return `"getAuthStatus","params":{"includeToken":true}` },
			want:   func(n int) string { return fmt.Sprintf(`"authToken":"sk-%d"`, n) },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, stageOptions{files: files, provider: "requires_openai_auth = true"})
			w := s.dial()
			w.send(initialize)
			w.until(`"id":0,`)
			for n := range rounds {
				first, second := 2*n+1, 2*n+2
				w.send(fmt.Sprintf(`{"id":%d,"method":%s}`, first, test.first(s, n)), fmt.Sprintf(`{"id":%d,"method":%s}`, second, test.second(s, n)))
				lines := w.until(fmt.Sprintf(`"id":%d,`, second))
				got := lines[len(lines)-1]
				if !strings.Contains(got, test.want(n)) || test.absent != nil && strings.Contains(got, test.absent(n)) {
					t.Fatalf("round %d: %s", n, got)
				}
				if name := `"id":` + fmt.Sprint(first) + ","; !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, name) }) {
					w.until(name)
				}
			}
		})
	}
}

// TestAnswersInOrder sends requests whose answers are at hand among others that
// take their time.
func TestAnswersInOrder(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{})
	w := s.dial()
	requests := []string{
		`{"id":1,"method":"getUserAgent"}`,
		initialize,
	}
	want := []string{"1", "0"}
	kinds := []string{
		`{"id":%d,"method":"getUserAgent"}`,
		`{"id":%d,"method":"nope"}`,
		`{"id":%d,"method":"newConversation","params":[]}`,
		`{"id":%d,"method":"initialize","params":{"clientInfo":{"name":"x","version":"1"}}}`,
		`{"id":%d,"method":7}`,
		`{"id":%d,"method":"getUserAgent","params":{"a":`,
	}
	const slow = 9000
	for n := 10; n < 500; n++ {
		if n%20 == 0 {
			requests = append(requests, fmt.Sprintf(`{"id":%d,"method":"newConversation","params":{}}`, slow+n))
		}
		requests = append(requests, fmt.Sprintf(kinds[n%len(kinds)], n))
		want = append(want, fmt.Sprint(n))
	}
	requests = append(requests, `{"id":500,"method":"getUserAgent"}`)
	want = append(want, "500")
	w.send(requests...)
	var got []string
	for _, line := range w.until(`"id":500,`) {
		_, id, _ := strings.Cut(line, `"id":`)
		if id, _, _ = strings.Cut(id, ","); len(id) < 4 {
			got = append(got, id)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("answers came in the order %v", got)
	}
}

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/core/modelclient/ollama"
)

func TestPullPrinter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		inPlace bool
		want    string
	}{
		{"file", false, "pulling layer\nsuccess\n"},
		{"terminal", true, "\r\x1b[Kpulling layer: 1.00 of 2.00 GB (50%), 0.0 MB/s" +
			"\r\x1b[Kpulling layer: 2.00 of 2.00 GB (100%), 2147.5 MB/s\r\x1b[Ksuccess\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			now := time.Unix(0, 0)
			p := pullPrinter{out: &out, inPlace: test.inPlace, now: func() time.Time { return now }}
			for _, g := range []ollama.Progress{
				{Status: "pulling manifest"},
				{Status: "pulling layer", Total: 2 << 30, Completed: 1 << 30},
				{Status: "pulling layer", Total: 2 << 30, Completed: 3 << 30},
				{Status: "success"},
			} {
				p.progress(g)
				now = now.Add(time.Second)
			}
			p.end()
			if got := out.String(); got != test.want {
				t.Errorf("printed %q, want %q", got, test.want)
			}
		})
	}
}

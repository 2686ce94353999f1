package session_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/protocol"
)

// unconfining is a sandbox that cannot confine anything on this machine.
type unconfining struct{ *processes }

func (unconfining) Obstacle() error { return errors.New("the kernel is too old") }

// TestWarnsOfMissingSandbox begins sessions on a machine without what the sandbox
// takes. The user learns of it before any command has failed.
func TestWarnsOfMissingSandbox(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		policy protocol.SandboxPolicy
		broken bool
		want   []string
	}{
		{"read-only", &protocol.ReadOnlyPolicy{}, true, []string{"session_configured", "background_event"}},
		{"workspace-write", &protocol.WorkspaceWritePolicy{}, true, []string{"session_configured", "background_event"}},
		{"without a sandbox by choice", &protocol.DangerFullAccessPolicy{}, true, []string{"session_configured"}},
		{"nothing is missing", &protocol.ReadOnlyPolicy{}, false, []string{"session_configured"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, func(s *setup) {
				s.config.SandboxPolicy = tt.policy
				if tt.broken {
					s.tools.Sandbox = unconfining{&processes{}}
				}
			})
			defer l.close(t)
			events := read(l.Events().Subscribe())
			if got := kinds(events); !slices.Equal(got, tt.want) {
				t.Fatalf("events %q, want %q", got, tt.want)
			}
			if len(events) < 2 {
				return
			}
			message := events[1].Msg.(*protocol.BackgroundEvent).Message
			if !strings.Contains(message, string(tt.policy.Mode())) || !strings.Contains(message, "the kernel is too old") {
				t.Errorf("message %q", message)
			}
		})
	}
}

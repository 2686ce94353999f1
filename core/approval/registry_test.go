package approval_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table is a registry whose hooks write a log. What those learn who ask comes
// at the end of it, sorted.
type table struct {
	*approval.Registry
	mu      sync.Mutex
	log     []string
	results []string
}

func newTable() *table {
	tb := &table{}
	tb.Registry = approval.NewRegistry(approval.Hooks{
		Asked: func(r approval.Request) { tb.note("asked " + r.TurnID + "/" + r.CallID) },
		Settled: func(r approval.Request, d protocol.ReviewDecision, answered bool) {
			tb.note(fmt.Sprintf("settled %s/%s %s answered=%v", r.TurnID, r.CallID, d, answered))
		},
	})
	return tb
}

func (tb *table) note(line string) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.log = append(tb.log, line)
}

// ask asks in the background and notes the result.
func (tb *table) ask(ctx context.Context, turn, call string) {
	go func() {
		d, err := tb.Ask(ctx, approval.Request{SubmissionID: "sub-" + turn, TurnID: turn, CallID: call})
		tb.mu.Lock()
		defer tb.mu.Unlock()
		tb.results = append(tb.results, fmt.Sprintf("result %s/%s %s %v", turn, call, d, err))
	}()
	synctest.Wait()
}

func (tb *table) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	tb.mu.Lock()
	defer tb.mu.Unlock()
	slices.Sort(tb.results)
	if diff := cmp.Diff(want, slices.Concat(tb.log, tb.results)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	answers := func(t *testing.T, want bool, got bool) {
		t.Helper()
		if got != want {
			t.Errorf("answered %v, want %v", got, want)
		}
	}
	for _, c := range []struct {
		name string
		do   func(t *testing.T, tb *table)
		want []string
	}{
		{"answered by call", func(t *testing.T, tb *table) {
			tb.ask(t.Context(), "t1", "c1")
			answers(t, true, tb.Answer("c1", protocol.ReviewApproved))
			answers(t, false, tb.Answer("c1", protocol.ReviewDenied)) // twice: the first one wins
		}, []string{"asked t1/c1", "settled t1/c1 approved answered=true", "result t1/c1 approved <nil>"}},

		{"answered by submission", func(t *testing.T, tb *table) {
			tb.ask(t.Context(), "t1", "c1")
			answers(t, true, tb.Answer("sub-t1", protocol.ReviewApprovedForSession))
		}, []string{"asked t1/c1", "settled t1/c1 approved_for_session answered=true", "result t1/c1 approved_for_session <nil>"}},

		{"two at once, out of order", func(t *testing.T, tb *table) {
			tb.ask(t.Context(), "t1", "c1")
			tb.ask(t.Context(), "t1", "c2")
			answers(t, true, tb.AnswerCall("t1", "c2", protocol.ReviewDenied))
			synctest.Wait()
			answers(t, true, tb.Answer("sub-t1", protocol.ReviewApproved)) // the oldest that is open
		}, []string{
			"asked t1/c1", "asked t1/c2",
			"settled t1/c2 denied answered=true", "settled t1/c1 approved answered=true",
			"result t1/c1 approved <nil>", "result t1/c2 denied <nil>",
		}},

		{"the same call of another turn", func(t *testing.T, tb *table) {
			tb.ask(t.Context(), "t1", "c")
			answers(t, false, tb.AnswerCall("t2", "c", protocol.ReviewApproved))
			answers(t, false, tb.AnswerCall("t1", "d", protocol.ReviewApproved))
			answers(t, true, tb.AnswerCall("t1", "c", protocol.ReviewDenied))
		}, []string{"asked t1/c", "settled t1/c denied answered=true", "result t1/c denied <nil>"}},

		{"unknown", func(t *testing.T, tb *table) {
			answers(t, false, tb.Answer("c1", protocol.ReviewApproved))
		}, nil},

		{"abort", func(t *testing.T, tb *table) {
			tb.ask(t.Context(), "t1", "c1")
			answers(t, true, tb.Answer("c1", protocol.ReviewAbort))
		}, []string{
			"asked t1/c1", "settled t1/c1 abort answered=true",
			"result t1/c1 abort " + approval.ErrAborted.Error(),
		}},

		{"the context ends", func(t *testing.T, tb *table) {
			ctx, cancel := context.WithCancel(t.Context())
			tb.ask(ctx, "t1", "c1")
			cancel()
			synctest.Wait()
			answers(t, false, tb.Answer("c1", protocol.ReviewApproved))
		}, []string{"asked t1/c1", "settled t1/c1 denied answered=false", "result t1/c1 denied context canceled"}},

		{"the context has ended", func(t *testing.T, tb *table) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			tb.ask(ctx, "t1", "c1")
		}, []string{"result t1/c1 denied context canceled"}},

		{"the turn ends", func(t *testing.T, tb *table) {
			tb.ask(t.Context(), "t1", "c1")
			tb.ask(t.Context(), "t2", "c2")
			tb.ask(t.Context(), "t1", "c3")
			tb.EndTurn("t1")
			tb.EndTurn("t1")
			answers(t, true, tb.Answer("c2", protocol.ReviewApproved))
		}, []string{
			"asked t1/c1", "asked t2/c2", "asked t1/c3",
			"settled t1/c1 denied answered=false", "settled t1/c3 denied answered=false",
			"settled t2/c2 approved answered=true",
			"result t1/c1 denied <nil>", "result t1/c3 denied <nil>", "result t2/c2 approved <nil>",
		}},

		{"asked again", func(t *testing.T, tb *table) {
			tb.ask(t.Context(), "t1", "c1")
			tb.ask(t.Context(), "t1", "c1") // after a failure in the sandbox, say
			answers(t, true, tb.Answer("c1", protocol.ReviewApproved))
			if open := tb.Open(); len(open) != 0 {
				t.Errorf("%d questions are open", len(open))
			}
		}, []string{
			"asked t1/c1", "settled t1/c1 denied answered=false",
			"asked t1/c1", "settled t1/c1 approved answered=true",
			"result t1/c1 approved <nil>", "result t1/c1 denied <nil>",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tb := newTable()
				c.do(t, tb)
				tb.expect(t, c.want...)
			})
		})
	}
}

// Questions wait as long as it takes and are listed meanwhile, oldest first.
func TestOpenQuestions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tb := newTable()
		question := &protocol.ExecApprovalRequestEvent{CallID: "c1", Command: []string{"ls"}}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			_, err := tb.Ask(ctx, approval.Request{SubmissionID: "0", TurnID: "t", CallID: "c1", Question: question})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Ask = %v", err)
			}
		}()
		synctest.Wait()
		tb.ask(ctx, "t", "c2")
		open := tb.Open()
		if len(open) != 2 || open[0].CallID != "c1" || open[1].CallID != "c2" {
			t.Fatalf("open: %v", open)
		}
		if diff := cmp.Diff(protocol.EventMsg(question), open[0].Question); diff != "" {
			t.Errorf("question (-want +got):\n%s", diff)
		}
	})
}

// Whoever answers first decides, and everybody else learns that it was late.
func TestFirstAnswerWins(t *testing.T) {
	t.Parallel()
	for range 200 {
		var settled []protocol.ReviewDecision
		asked := make(chan struct{})
		r := approval.NewRegistry(approval.Hooks{
			Asked:   func(approval.Request) { close(asked) },
			Settled: func(_ approval.Request, d protocol.ReviewDecision, _ bool) { settled = append(settled, d) },
		})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var decision protocol.ReviewDecision
		wg.Go(func() { decision, _ = r.Ask(ctx, approval.Request{TurnID: "t", CallID: "c"}) })
		<-asked
		won := make([]bool, 3)
		for i, d := range []protocol.ReviewDecision{protocol.ReviewApproved, protocol.ReviewDenied, protocol.ReviewAbort} {
			wg.Go(func() { won[i] = r.Answer("c", d) })
		}
		wg.Go(cancel)
		wg.Wait()
		winners := 0
		for _, w := range won {
			if w {
				winners++
			}
		}
		if winners > 1 || len(settled) != 1 || settled[0] != decision {
			t.Fatalf("%d winners, settled %v, Ask returned %s", winners, settled, decision)
		}
	}
}

func TestGranted(t *testing.T) {
	t.Parallel()
	var g approval.Granted
	argv := []string{"make", "test"}
	if g.Has(argv, "/w", false) {
		t.Error("the zero value is not empty")
	}
	g.Add(argv, "/w", false)
	g.Add([]string{"a", "bc"}, "/w", true)
	for _, c := range []struct {
		name      string
		argv      []string
		cwd       string
		escalated bool
		want      bool
	}{
		{"the same", []string{"make", "test"}, "/w", false, true},
		{"the other one", []string{"a", "bc"}, "/w", true, true},
		{"the same folder in another spelling", argv, "//w/./", false, true},
		{"perhaps the same folder", argv, "/w/link/..", false, false},
		{"elsewhere", argv, "/v", false, false},
		{"escalated", argv, "/w", true, false},
		{"fewer words", []string{"make"}, "/w", false, false},
		{"more words", []string{"make", "test", ""}, "/w", false, false},
		{"one word", []string{"make test"}, "/w", false, false},
		{"words split otherwise", []string{"ab", "c"}, "/w", true, false},
		{"a word that looks like the key", []string{"2:a", "bc"}, "/w", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := g.Has(c.argv, c.cwd, c.escalated); got != c.want {
				t.Errorf("Has = %v, want %v", got, c.want)
			}
		})
	}
}

package session

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

// Short forms of items.
func user(text string) protocol.ResponseItem {
	return &protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: text}}}
}

func fn(id string) protocol.ResponseItem { return &protocol.FunctionCallItem{Name: "f", CallID: id} }

func custom(id string) protocol.ResponseItem {
	return &protocol.CustomToolCallItem{Name: "c", CallID: id}
}

func shellCall(id, callID string) protocol.ResponseItem {
	i := &protocol.LocalShellCallItem{ID: id}
	if callID != "" {
		i.CallID = &callID
	}
	return i
}

func out(id, text string) protocol.ResponseItem {
	return &protocol.FunctionCallOutputItem{CallID: id, Output: text}
}

func customOut(id, text string) protocol.ResponseItem {
	return &protocol.CustomToolCallOutputItem{CallID: id, Output: text}
}

// Everything is kept but what the program says to the model in its own name,
// which each request has anew. (spec: agent-loop, what enters history)
func TestRecordable(t *testing.T) {
	t.Parallel()
	said := func(role string) protocol.ResponseItem { return &protocol.MessageItem{Role: role} }
	for _, c := range []struct {
		name string
		item protocol.ResponseItem
		want bool
	}{
		{"user", said("user"), true},
		{"assistant", said("assistant"), true},
		{"developer", said("developer"), true},
		{"system", said("system"), false},
		{"reasoning", &protocol.ReasoningItem{}, true},
		{"call", fn("1"), true},
		{"output", out("1", "x"), true},
		{"web search", &protocol.WebSearchCallItem{}, true},
		{"unknown", &protocol.UnknownItem{}, true},
	} {
		if got := recordable(c.item); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// What is recorded is brought into the form that models accept, and what is in
// that form already stays as it is. (spec: events-and-rollouts, do better)
func TestRepair(t *testing.T) {
	t.Parallel()
	type items = []protocol.ResponseItem
	for _, c := range []struct {
		name    string
		in, out items
	}{
		{"nothing", nil, items{}},
		{"in order", items{user("a"), fn("1"), out("1", "x"), custom("2"), customOut("2", "y")}, items{user("a"), fn("1"), out("1", "x"), custom("2"), customOut("2", "y")}},
		{"no output at the end", items{user("a"), fn("1")}, items{user("a"), fn("1"), out("1", "aborted")}},
		{"no output in the middle", items{custom("1"), user("a")}, items{custom("1"), customOut("1", "aborted"), user("a")}},
		{"local shell without output", items{shellCall("", "1"), user("a")}, items{shellCall("", "1"), out("1", "aborted"), user("a")}},
		{"output without a call", items{out("1", "x"), user("a")}, items{user("a")}},
		{"output before its call", items{out("1", "x"), fn("1"), user("a")}, items{fn("1"), out("1", "aborted"), user("a")}},
		{"something between a call and its output", items{fn("1"), user("a"), out("1", "x")}, items{fn("1"), out("1", "x"), user("a")}},
		{"outputs behind all calls", items{fn("1"), fn("2"), out("2", "y"), out("1", "x")}, items{fn("1"), out("1", "x"), fn("2"), out("2", "y")}},
		{"two outputs of one call", items{fn("1"), out("1", "x"), out("1", "y")}, items{fn("1"), out("1", "x")}},
		{"an id that is used again", items{fn("1"), out("1", "x"), user("a"), fn("1"), out("1", "y")}, items{fn("1"), out("1", "x"), user("a"), fn("1"), out("1", "y")}},
		{"an id that is used again, the first without output", items{fn("1"), user("a"), fn("1"), out("1", "y")}, items{fn("1"), out("1", "aborted"), user("a"), fn("1"), out("1", "y")}},
		{"an output of the wrong kind for a function", items{fn("1"), customOut("1", "x")}, items{fn("1"), out("1", "x")}},
		{"an output of the wrong kind for a custom call", items{custom("1"), out("1", "x")}, items{custom("1"), customOut("1", "x")}},
		{"synthetic outputs in front, as they once were", items{customOut("1", "aborted"), user("a"), fn("1")}, items{user("a"), fn("1"), out("1", "aborted")}},
		{"local shell without an id, answered", items{shellCall("", ""), out("lsh", "x")}, items{shellCall("", "lsh"), out("lsh", "x")}},
		{"local shell without an id, not answered", items{shellCall("", ""), fn("1"), out("1", "x")}, items{shellCall("", "local_shell_0"), out("local_shell_0", "aborted"), fn("1"), out("1", "x")}},
		{"local shell without an id before another's output", items{fn("1"), shellCall("", ""), out("1", "x")}, items{fn("1"), out("1", "x"), shellCall("", "local_shell_1"), out("local_shell_1", "aborted")}},
		{"local shell with the id of the item", items{shellCall("i", ""), out("i", "x")}, items{shellCall("i", "i"), out("i", "x")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			opt := cmpopts.IgnoreFields(protocol.FunctionCallOutputItem{}, "Success")
			unexported := cmpopts.IgnoreUnexported(protocol.LocalShellAction{})
			if diff := cmp.Diff(c.out, repair(c.in), opt, unexported); diff != "" {
				t.Errorf("repaired (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.out, repair(c.out), opt, unexported); diff != "" {
				t.Errorf("repaired again (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is in a file, what comes out has its outputs behind its calls.
func TestRepairAnything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 0))
		var items []protocol.ResponseItem
		others := 0
		for range r.IntN(20) {
			id := fmt.Sprint(r.IntN(4))
			switch r.IntN(6) {
			case 0:
				items = append(items, fn(id))
			case 1:
				items = append(items, custom(id))
			case 2:
				items = append(items, out(id, "x"))
			case 3:
				items = append(items, customOut(id, "x"))
			case 4:
				if r.IntN(2) == 0 {
					id = ""
				}
				items = append(items, shellCall("", id))
			case 5:
				items = append(items, user(id))
				others++
			}
		}
		got := repair(items)
		for i := 0; i < len(got); i++ {
			if _, ok := outputOf(got[i]); ok {
				t.Fatalf("seed %d: an output without a call at %d", seed, i)
			}
			id, ok := callOf(got[i])
			if !ok {
				others--
				continue
			}
			i++
			if i == len(got) {
				t.Fatalf("seed %d: a call without output at the end", seed)
			}
			answered, ok := outputOf(got[i])
			if !ok || answered != id || id == "" {
				t.Fatalf("seed %d: call %q is followed by %T %q", seed, id, got[i], answered)
			}
			_, customCall := got[i-1].(*protocol.CustomToolCallItem)
			if _, ok := got[i].(*protocol.CustomToolCallOutputItem); ok != customCall {
				t.Fatalf("seed %d: %T is answered by %T", seed, got[i-1], got[i])
			}
		}
		if others != 0 {
			t.Fatalf("seed %d: other items were lost", seed)
		}
	}
}

func TestNewerHalf(t *testing.T) {
	t.Parallel()
	type items = []protocol.ResponseItem
	env := prompt.Environment{Cwd: "/w"}.Item()
	bridge := prompt.BridgeItem([]string{"before"}, "summary")
	a, b, c, d := user("a"), user("b"), user("c"), user("d")
	call, output := fn("1"), out("1", "x")
	for _, tt := range []struct {
		name     string
		in, want items
	}{
		{"nothing", nil, nil},
		{"only context", items{env}, items{env}},
		{"one item", items{env, a}, items{env, a}},
		{"two items", items{env, a, b}, items{env, b}},
		{"without context", items{a, b, c, d}, items{c, d}},
		{"the bridge stays", items{env, bridge, a, b, c, d}, items{env, bridge, c, d}},
		{"a call and its output stay together", items{env, a, b, call, output}, items{env, call, output}},
		{"an output whose call goes, goes too", items{env, a, b, call, output, c, d}, items{env, c, d}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := newerHalf(tt.in, bridge)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
		})
	}
	// Again and again it comes to an end.
	rest := items{env, bridge, a, b, call, output, c, d}
	for range 10 {
		less := newerHalf(rest, bridge)
		if len(less) == len(rest) {
			break
		}
		rest = less
	}
	if len(rest) != 3 {
		t.Errorf("%d items are left, want the context, the bridge and the last one", len(rest))
	}
}

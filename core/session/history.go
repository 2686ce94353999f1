package session

import (
	"fmt"
	"slices"

	"github.com/codex-go/codex/protocol"
)

// abortedOutput is what the model reads about a call that did not finish.
const abortedOutput = "aborted"

// history is what the model sees of a conversation, or of a review. The
// session's mu guards it; the items themselves never change. Between a call
// and its output nothing stands.
type history struct {
	items []protocol.ResponseItem
	// bridge is the item that stands for what was summed up, nil when nothing
	// was, and said are the messages of the user in it, uncut, so that a second
	// compaction does not nest the first.
	bridge *protocol.MessageItem
	said   []string
}

// recordable reports whether an item belongs into the history.
// (spec: agent-loop, history and items)
func recordable(item protocol.ResponseItem) bool {
	m, ok := item.(*protocol.MessageItem)
	return !ok || m.Role != "system"
}

// callOf returns the call id of a call that needs an output, and whether the
// item is one.
func callOf(item protocol.ResponseItem) (id string, ok bool) {
	switch c := item.(type) {
	case *protocol.FunctionCallItem:
		return c.CallID, true
	case *protocol.CustomToolCallItem:
		return c.CallID, true
	case *protocol.LocalShellCallItem:
		if c.CallID != nil {
			return *c.CallID, true
		}
		return c.ID, true
	}
	return "", false
}

// outputOf returns the call id that an output answers.
func outputOf(item protocol.ResponseItem) (id string, ok bool) {
	switch o := item.(type) {
	case *protocol.FunctionCallOutputItem:
		return o.CallID, true
	case *protocol.CustomToolCallOutputItem:
		return o.CallID, true
	}
	return "", false
}

// output returns the output item that fits the call.
func output(call protocol.ResponseItem, text string, success bool) protocol.ResponseItem {
	id, _ := callOf(call)
	if _, custom := call.(*protocol.CustomToolCallItem); custom {
		return &protocol.CustomToolCallOutputItem{CallID: id, Output: text}
	}
	return &protocol.FunctionCallOutputItem{CallID: id, Output: text, Success: &success}
}

// identified returns a call of the local shell with a call id: the id of the
// item, which is never sent, cannot tie its output to it. Other items are
// returned as they are. (spec: agent-loop, do better)
func identified(item protocol.ResponseItem, otherwise func() string) protocol.ResponseItem {
	c, ok := item.(*protocol.LocalShellCallItem)
	if !ok || c.CallID != nil && *c.CallID != "" {
		return item
	}
	id := c.ID
	if id == "" {
		id = otherwise()
	}
	with := *c
	with.CallID = &id
	return &with
}

// repair returns a recorded history in a form that models accept: every call
// has an output right behind it, and every output a call in front of it. What
// is missing was cut off by a crash or never recorded.
// (spec: events-and-rollouts, do better)
func repair(items []protocol.ResponseItem) []protocol.ResponseItem {
	items = identifyCalls(items)
	// What answers what: the first output behind a call that nothing has
	// taken, before the same id is called again.
	waiting := make(map[string]int) // call id to the index of the call
	outputs := make(map[int]int)    // index of a call to that of its output
	for i, item := range items {
		if id, ok := callOf(item); ok {
			waiting[id] = i
		} else if id, ok := outputOf(item); ok {
			if call, asked := waiting[id]; asked {
				outputs[call] = i
				delete(waiting, id)
			}
		}
	}
	repaired := make([]protocol.ResponseItem, 0, len(items)+1)
	for i, item := range items {
		if _, ok := outputOf(item); ok {
			continue // stands behind its call, or has none
		}
		repaired = append(repaired, item)
		if _, ok := callOf(item); !ok {
			continue
		}
		if answer, ok := outputs[i]; ok {
			repaired = append(repaired, fitting(item, items[answer]))
		} else {
			repaired = append(repaired, output(item, abortedOutput, false))
		}
	}
	return repaired
}

// fitting returns an output in the form that its call wants.
func fitting(call, out protocol.ResponseItem) protocol.ResponseItem {
	_, customCall := call.(*protocol.CustomToolCallItem)
	switch o := out.(type) {
	case *protocol.FunctionCallOutputItem:
		if customCall {
			return &protocol.CustomToolCallOutputItem{CallID: o.CallID, Output: o.Output}
		}
	case *protocol.CustomToolCallOutputItem:
		if !customCall {
			return &protocol.FunctionCallOutputItem{CallID: o.CallID, Output: o.Output}
		}
	}
	return out
}

// identifyCalls gives calls of the local shell without an id the one that the
// output behind them answers, or a new one.
func identifyCalls(items []protocol.ResponseItem) []protocol.ResponseItem {
	missing := func(item protocol.ResponseItem) bool {
		c, ok := item.(*protocol.LocalShellCallItem)
		return ok && (c.CallID == nil || *c.CallID == "")
	}
	if !slices.ContainsFunc(items, missing) {
		return items
	}
	called := make(map[string]bool)
	for _, item := range items {
		if id, ok := callOf(item); ok && !missing(item) {
			called[id] = true
		}
	}
	items = slices.Clone(items)
	for i, item := range items {
		if !missing(item) {
			continue
		}
		items[i] = identified(item, func() string {
			if i+1 < len(items) {
				if id, ok := outputOf(items[i+1]); ok && !called[id] {
					called[id] = true
					return id
				}
			}
			return fmt.Sprintf("local_shell_%d", i)
		})
	}
	return items
}

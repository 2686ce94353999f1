package session

import "github.com/codex-go/codex/protocol"

// abortedOutput is what the model reads about a call that did not finish.
const abortedOutput = "aborted"

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

// repair returns items in a form that a model accepts: a call without output
// gets one right behind it, an output without call is left out. It returns the
// items themselves when nothing is wrong. (spec: events-and-rollouts, do
// better)
func repair(items []protocol.ResponseItem) []protocol.ResponseItem {
	calls := make(map[string]int)
	answered := make(map[string]int)
	for _, item := range items {
		if id, ok := callOf(item); ok {
			calls[id]++
		}
		if id, ok := outputOf(item); ok {
			answered[id]++
		}
	}
	whole := true
	for id, n := range calls {
		whole = whole && answered[id] == n
	}
	for id := range answered {
		whole = whole && calls[id] > 0
	}
	if whole {
		return items
	}
	repaired := make([]protocol.ResponseItem, 0, len(items)+len(calls))
	open := make(map[string]bool)
	for i, item := range items {
		if id, ok := outputOf(item); ok {
			if !open[id] {
				continue
			}
			delete(open, id)
		}
		repaired = append(repaired, item)
		if id, ok := callOf(item); ok {
			if answeredLater(items[i+1:], id) {
				open[id] = true
			} else {
				repaired = append(repaired, output(item, abortedOutput, false))
			}
		}
	}
	return repaired
}

// answeredLater reports whether an output for the call comes before the next
// call of the same id.
func answeredLater(items []protocol.ResponseItem, id string) bool {
	for _, item := range items {
		if out, ok := outputOf(item); ok && out == id {
			return true
		}
		if call, ok := callOf(item); ok && call == id {
			return false
		}
	}
	return false
}

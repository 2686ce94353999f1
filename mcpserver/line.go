package mcpserver

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/codex-go/codex/protocol"
)

// maxWaiting is how many calls may wait for one conversation.
const maxWaiting = 16

// errBusy says that too many calls wait for a conversation.
var errBusy = errors.New("the conversation is busy: too many calls are waiting for it")

// lines keeps the calls on each conversation in the order in which they came.
// The zero value is ready to use.
type lines struct {
	mu      sync.Mutex
	waiting map[protocol.ConversationID][]*place
}

// place is a place in the line of a conversation.
type place struct {
	lines *lines
	id    protocol.ConversationID
	first chan struct{} // closed when nobody is before it
}

// enter takes the last place in the line of a conversation.
func (l *lines) enter(id protocol.ConversationID) (*place, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting[id]) > maxWaiting {
		return nil, errBusy
	}
	return l.add(id), nil
}

// tryEnter takes the only place in the line, if there is nobody else.
func (l *lines) tryEnter(id protocol.ConversationID) (*place, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting[id]) > 0 {
		return nil, false
	}
	return l.add(id), true
}

// busy reports whether a call uses the conversation.
func (l *lines) busy(id protocol.ConversationID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting[id]) > 0
}

// used returns the conversations that calls use, the newest first.
func (l *lines) used() []protocol.ConversationID {
	l.mu.Lock()
	defer l.mu.Unlock()
	ids := slices.Sorted(maps.Keys(l.waiting))
	slices.Reverse(ids) // ids begin with the time
	return ids
}

// add appends a place. The caller holds l.mu.
func (l *lines) add(id protocol.ConversationID) *place {
	p := &place{lines: l, id: id, first: make(chan struct{})}
	if l.waiting == nil {
		l.waiting = make(map[protocol.ConversationID][]*place)
	}
	l.waiting[id] = append(l.waiting[id], p)
	if len(l.waiting[id]) == 1 {
		close(p.first)
	}
	return p
}

// wait waits until nobody is before p, or ctx is done.
func (p *place) wait(ctx context.Context) error {
	select {
	case <-p.first:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leave gives the place up, wherever it is in the line.
func (p *place) leave() {
	l := p.lines
	l.mu.Lock()
	defer l.mu.Unlock()
	line := l.waiting[p.id]
	i := slices.Index(line, p)
	if i < 0 {
		return
	}
	line = slices.Delete(line, i, i+1)
	if len(line) == 0 {
		delete(l.waiting, p.id)
		return
	}
	l.waiting[p.id] = line
	if i == 0 {
		close(line[0].first)
	}
}

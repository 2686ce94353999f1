package schema

import (
	"fmt"
	"maps"
	"reflect"

	"github.com/codex-go/codex/protocol"
)

// root is a type that is described because somebody reads or writes it.
type root struct {
	name string
	// sent tells that clients write it; they read all others.
	sent bool
	// beyond tells that it is no part of the app-server protocol.
	beyond bool
	build  func(b *builder) error
}

// roots lists what is described: the messages of the app-server protocol, and
// beyond it what conversations take and record.
func roots() []root {
	return []root{
		{name: "ClientRequest", sent: true, build: of[protocol.ClientRequest]},
		{name: "ClientNotification", sent: true, build: of[protocol.ClientNotification]},
		{name: "ClientResults", build: results[protocol.ClientRequest]("ClientResults",
			"The results of the requests of clients, by method.")},
		{name: "ServerRequest", build: of[protocol.ServerRequest]},
		{name: "ServerNotification", build: of[protocol.ServerNotification]},
		{name: "ServerResults", sent: true, build: results[protocol.ServerRequest]("ServerResults",
			"The results that clients give to the requests of the server, by method.")},
		{name: "EventNotification", build: eventNotification},
		{name: "EventMsg", build: of[protocol.EventMsg]},
		{name: "AgentReasoningSectionBreakEvent", build: func(b *builder) error {
			_, err := b.payload(reflect.TypeFor[protocol.AgentReasoningSectionBreakEvent](), "type")
			return err
		}},
		{name: "Submission", sent: true, beyond: true, build: of[protocol.Submission]},
		{name: "Event", beyond: true, build: of[protocol.Event]},
		{name: "ResponseItem", beyond: true, build: of[protocol.ResponseItem]},
		{name: "RolloutLine", beyond: true, build: of[protocol.RolloutLine]},
	}
}

// of describes the Go type T.
func of[T any](b *builder) error {
	_, err := b.form(reflect.TypeFor[T]())
	return err
}

// Protocol is the description of all messages of a release. It does not change
// and is safe for concurrent use.
type Protocol struct {
	types map[string]*namedType
	// appServer names the types of the app-server protocol.
	appServer map[string]bool
	used      Texts
}

// Current describes the protocol of this program.
func Current() (*Protocol, error) { return Describe(generatedTexts()) }

// Describe describes the protocol of this program with other texts than those
// that it was built with. An error tells about a type that cannot be
// described, which is a mistake in the program.
func Describe(texts Texts) (*Protocol, error) {
	var b *builder
	// What clients write is described in another way. Which types those are
	// shows only when all are known, so everything is described twice.
	for sent := map[string]bool(nil); ; {
		b = newBuilder(texts, sent)
		for _, r := range roots() {
			if err := r.build(b); err != nil {
				return nil, fmt.Errorf("describe %s: %w", r.name, err)
			}
		}
		if sent != nil {
			break
		}
		sent = reach(b.types, rootNames(func(r root) bool { return r.sent })...)
	}
	p := &Protocol{types: b.types, used: Texts{}}
	p.appServer = reach(b.types, rootNames(func(r root) bool { return !r.beyond })...)
	for key := range b.used {
		p.used[key] = texts[key]
	}
	return p, nil
}

// rootNames lists the roots that which is true for.
func rootNames(which func(r root) bool) []string {
	var names []string
	for _, r := range roots() {
		if which(r) {
			names = append(names, r.name)
		}
	}
	return names
}

// roles tells what clients do with each type: in the app-server protocol, or
// also beyond it.
func (p *Protocol) roles(beyond bool) map[string]role {
	roles := map[string]role{}
	for name := range reach(p.types, rootNames(func(r root) bool { return r.sent && (beyond || !r.beyond) })...) {
		roles[name] = role{sent: true}
	}
	for name := range reach(p.types, rootNames(func(r root) bool { return !r.sent && (beyond || !r.beyond) })...) {
		roles[name] = role{sent: roles[name].sent, received: true}
	}
	return roles
}

// Texts returns those of the texts that the description uses.
func (p *Protocol) Texts() Texts { return maps.Clone(p.used) }

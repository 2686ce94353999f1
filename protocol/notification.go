package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// ServerNotification is the parameters of a notification from the server, one
// type for each method; [*EventNotification] stands for all of codex/event/.
// (spec: app-server, notifications)
type ServerNotification interface {
	// Method returns the method's name.
	Method() string
	isServerNotification()
}

// ClientNotification is the parameters of a notification from the client.
type ClientNotification interface {
	// Method returns the method's name.
	Method() string
	isClientNotification()
}

// InitializedNotification follows the response to initialize.
type InitializedNotification struct{}

// AuthStatusChangeNotification reports a login or logout of this process. A
// zero AuthMethod means signed out.
type AuthStatusChangeNotification struct {
	AuthMethod AuthMode `json:"authMethod,omitzero"`
}

// LoginChatGPTCompleteNotification reports the end of a login in the browser.
type LoginChatGPTCompleteNotification struct {
	LoginID LoginID `json:"loginId"`
	Success bool    `json:"success"`
	Error   string  `json:"error,omitzero"`
}

// SessionConfiguredNotification precedes the response to resumeConversation.
type SessionConfiguredNotification struct {
	SessionID         ConversationID  `json:"sessionId"`
	Model             string          `json:"model"`
	ReasoningEffort   ReasoningEffort `json:"reasoningEffort,omitzero"`
	HistoryLogID      uint64          `json:"historyLogId"`
	HistoryEntryCount uint64          `json:"historyEntryCount"`
	InitialMessages   []EventMsg      `json:"initialMessages" wire:"optional"` // the recorded events
	RolloutPath       string          `json:"rolloutPath"`
}

// EventNotification carries an event of a conversation. Its method is
// codex/event/ and the event's type.
type EventNotification struct {
	ID             string         `json:"id"`
	Msg            EventMsg       `json:"msg"`
	ConversationID ConversationID `json:"conversationId"`
}

// serverNotificationUnion names the notifications of servers, all but
// [*EventNotification], whose methods follow from the events.
var serverNotificationUnion = wire.Register[ServerNotification](wire.Envelope("method", "params"),
	notificationCase[AuthStatusChangeNotification](),
	notificationCase[LoginChatGPTCompleteNotification](),
	notificationCase[SessionConfiguredNotification](),
)

// clientNotificationUnion names the notifications of clients.
var clientNotificationUnion = wire.Register[ClientNotification](wire.Envelope("method", "params"),
	notificationCase[InitializedNotification](),
)

// notificationCase is the case of the params type C.
func notificationCase[C any, P interface {
	*C
	Method() string
}]() wire.Case {
	return wire.Of[C](P(new(C)).Method())
}

// EventMethodPrefix begins the methods of event notifications; the type of the
// event follows.
const EventMethodPrefix = "codex/event/"

// eventMethods saves putting the methods of the known events together for
// every event.
var eventMethods = func() map[string]string {
	m := make(map[string]string, len(eventUnion.Cases))
	for _, c := range eventUnion.Cases {
		m[c.Tag] = EventMethodPrefix + c.Tag
	}
	return m
}()

// Method returns "codex/event/" and the type of the event.
func (n *EventNotification) Method() string {
	if n.Msg == nil {
		return EventMethodPrefix
	}
	typ := n.Msg.EventType()
	if m, ok := eventMethods[typ]; ok {
		return m
	}
	return EventMethodPrefix + typ
}

// Method returns "initialized".
func (*InitializedNotification) Method() string { return "initialized" }

// Method returns "authStatusChange".
func (*AuthStatusChangeNotification) Method() string { return "authStatusChange" }

// Method returns "loginChatGptComplete".
func (*LoginChatGPTCompleteNotification) Method() string { return "loginChatGptComplete" }

// Method returns "sessionConfigured".
func (*SessionConfiguredNotification) Method() string { return "sessionConfigured" }

func (*InitializedNotification) isClientNotification()          {}
func (*AuthStatusChangeNotification) isServerNotification()     {}
func (*LoginChatGPTCompleteNotification) isServerNotification() {}
func (*SessionConfiguredNotification) isServerNotification()    {}
func (*EventNotification) isServerNotification()                {}

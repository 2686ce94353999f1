package schema

import "sync"

// betterTexts take the place of comments that speak of Go, or of a part of what
// is described. They have the form of those comments.
var betterTexts = sync.OnceValue(func() Texts {
	return Texts{
		"mcptypes.ContentBlock":                        "ContentBlock is a piece of content, of one of several types. Content of other types may come too.",
		"mcptypes.EmbeddedResourceResource":            "EmbeddedResourceResource is the content of a resource: text, or bytes in base64.",
		"mcptypes.ToolInputSchema":                     "ToolInputSchema is the JSON Schema of a tool's arguments.",
		"mcptypes.ToolOutputSchema":                    "ToolOutputSchema is the JSON Schema of a tool's structured content.",
		"protocol.AuthStatusChangeNotification":        "AuthStatusChangeNotification reports a login or logout of this process. Without authMethod, nobody is signed in.",
		"protocol.ClientNotification":                  "ClientNotification is a notification from the client.",
		"protocol.ClientRequest":                       "ClientRequest is a request from the client to the server. ClientResults has the result of each.",
		"protocol.ConversationID":                      "ConversationID is the id of a conversation: a UUID in lower-case hyphenated form. New ones are version 7, so that they sort by time. Servers accept every usual spelling of a UUID.",
		"protocol.EventNotification":                   "EventNotification carries an event of a conversation; id is the submission that caused it. Servers of a newer release may send events that are not listed.",
		"protocol.FileChange":                          "FileChange is what a patch does to one file.",
		"protocol.GitDiffToRemoteResponse.Sha":         "The commit that the difference is taken from.",
		"protocol.InputItem":                           "InputItem is one piece of a user's input in the form of operations and events. The app-server protocol has a form of its own, [ClientInput].",
		"protocol.ClientInput":                         "ClientInput is one piece of a user's input.",
		"protocol.ListConversationsParams":             "ListConversationsParams asks for a page of the recorded conversations. Without PageSize, it has up to 25.",
		"protocol.McpInvocation.Arguments":             "null when there are none",
		"protocol.OverrideTurnContextOp":               "OverrideTurnContextOp changes the settings of later turns. A missing member keeps what is set, and so does null, except that it clears Effort.",
		"protocol.ReasoningItem":                       "ReasoningItem is the reasoning of a model.",
		"protocol.ServerNotification":                  "ServerNotification is a notification from the server. [EventNotification] has those that carry events.",
		"protocol.ServerRequest":                       "ServerRequest is a request from the server to the client. ServerResults has the result of each.",
		"protocol.SessionConfiguredEvent":              "SessionConfiguredEvent is the first event of every conversation. InitialMessages is missing for a new one and a list for a resumed one.",
		"protocol.SessionMeta.Git":                     "missing outside a repository",
		"protocol.SetDefaultModelParams":               "SetDefaultModelParams saves the model of new conversations. A missing member removes the saved value.",
		"protocol.TaskStartedEvent.ModelContextWindow": "in tokens",
	}
})

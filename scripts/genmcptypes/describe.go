package main

import (
	"fmt"
	"slices"
	"strings"
)

// meanings say what a definition is where its name does not.
var meanings = map[string]string{
	"Annotations":                 "tell a client how to use a piece of content: for whom it is, how important and how old",
	"AudioContent":                "is sound",
	"BaseMetadata":                "is a name for programs and a title for people",
	"BlobResourceContents":        "is the content of a resource that is not text",
	"BooleanSchema":               "describes a yes or no that a form asks for",
	"CacheableResult":             "is a result that may be kept for a while",
	"ClientCapabilities":          "is what a client can do",
	"ContentBlock":                "is a piece of content, of one of several types",
	"ClientNotification":          "is a notification of a client",
	"ClientRequest":               "is a request of a client",
	"ClientResult":                "is what a client answers",
	"ServerNotification":          "is a notification of a server",
	"ServerRequest":               "is a request of a server",
	"ServerResult":                "is what a server answers",
	"Cursor":                      "is a place in a list, which only the server understands",
	"ElicitRequestFormParams":     "asks the user to fill in a form",
	"ElicitRequestParams":         "asks the user for something",
	"ElicitRequestURLParams":      "asks the user to visit a page",
	"EmbeddedResource":            "is the content of a resource within a message",
	"EmptyResult":                 "says that a request was carried out",
	"EnumSchema":                  "describes a choice that a form asks for",
	"Error":                       "is the error object of a reply",
	"Icon":                        "is a picture that stands for something",
	"Icons":                       "are the pictures of something, in several sizes",
	"ImageContent":                "is a picture",
	"Implementation":              "names a program and its version",
	"InputRequest":                "is a question to the client that a result holds",
	"InputRequests":               "are the questions to the client that a result holds, by name",
	"InputResponse":               "is an answer of the client to a question",
	"InputResponses":              "are the answers of the client, by the name of the question",
	"JSONRPCError":                "is a reply that says that a request failed",
	"JSONRPCErrorResponse":        "is a reply that says that a request failed",
	"JSONRPCMessage":              "is any message",
	"JSONRPCNotification":         "is a message that nobody answers",
	"JSONRPCRequest":              "is a message that wants a reply",
	"JSONRPCResponse":             "is the reply to a request",
	"JSONRPCResultResponse":       "is a reply with a result",
	"LegacyTitledEnumSchema":      "describes a choice, in the form of older versions",
	"LoggingLevel":                "is the severity of a log message",
	"MetaObject":                  "is metadata",
	"ModelHint":                   "hints at a model by a part of its name",
	"ModelPreferences":            "tell a client which kind of model a server would like",
	"MultiSelectEnumSchema":       "describes a choice of several",
	"Notification":                "is what all notifications have in common",
	"NotificationMetaObject":      "is the metadata of a notification",
	"NotificationParams":          "are what the params of all notifications have in common",
	"NumberSchema":                "describes a number that a form asks for",
	"PaginatedRequest":            "is what all requests for a part of a list have in common",
	"PaginatedResult":             "is what all parts of lists have in common",
	"PrimitiveSchemaDefinition":   "describes one field of a form",
	"ProgressToken":               "names a request in notifications about its progress; a string or an integer",
	"Prompt":                      "is a prompt that a server offers, a template of messages",
	"PromptArgument":              "is an argument of a prompt",
	"PromptMessage":               "is a message of a prompt",
	"PromptReference":             "refers to a prompt",
	"RelatedTaskMetadata":         "names the task that a message belongs to",
	"Request":                     "is what all requests have in common",
	"RequestId":                   "identifies a request; a string or an integer",
	"RequestMeta":                 "is the metadata of a request",
	"RequestMetaObject":           "is the metadata of a request",
	"RequestParams":               "are what the params of all requests have in common",
	"Resource":                    "is something that a server can read for a client",
	"ResourceContents":            "is what all contents of resources have in common",
	"ResourceLink":                "is a resource that content refers to",
	"ResourceTemplate":            "is a family of resources with a common form of URI",
	"ResourceTemplateReference":   "refers to a resource or a family of resources",
	"Result":                      "is what all results have in common",
	"ResultMetaObject":            "is the metadata of a result",
	"ResultType":                  "says whether a result is complete or asks for input",
	"Role":                        "is who wrote a message",
	"Root":                        "is a folder or file that a client lets a server work on",
	"SamplingMessage":             "is a message to or from a model",
	"ServerCapabilities":          "is what a server can do",
	"SingleSelectEnumSchema":      "describes a choice of one",
	"StringSchema":                "describes a text that a form asks for",
	"SubscriptionFilter":          "says which changes a client wants to hear of",
	"Task":                        "is work that a peer does in the background",
	"TaskAugmentedRequestParams":  "are the params of requests that may become tasks",
	"TaskMetadata":                "asks for a request to become a task",
	"TaskStatus":                  "is the state of a task",
	"TextContent":                 "is text",
	"TextResourceContents":        "is the content of a resource that is text",
	"TitledMultiSelectEnumSchema": "describes a choice of several whose values have titles",

	"TitledSingleSelectEnumSchema":   "describes a choice of one whose values have titles",
	"Tool":                           "is a tool that a server offers to models",
	"ToolAnnotations":                "hint at what a tool does; they need not be true",
	"ToolChoice":                     "says whether a model must use a tool",
	"ToolExecution":                  "says how a tool may be called",
	"ToolResultContent":              "is the result of a tool that a model used",
	"ToolUseContent":                 "is the wish of a model to use a tool",
	"UntitledMultiSelectEnumSchema":  "describes a choice of several",
	"UntitledSingleSelectEnumSchema": "describes a choice of one",
}

// document writes the doc comments.
func (b *builder) document() {
	for _, d := range b.file.types {
		text := b.meaning(d)
		if d.kind == structDecl && d.extra {
			text += ". Members that it does not declare are kept in Extra"
		}
		d.doc = wrap(d.name + " " + text + ".")
	}
}

// meaning returns the sentence about d, without its subject.
func (b *builder) meaning(d *decl) string {
	for _, m := range b.file.methods {
		if d.name == strings.TrimPrefix(m.constant, "Method")+"Request" {
			return fmt.Sprintf("is the request %s%s, answered by [%s]", m.method, b.sender(d), m.result)
		}
		if d.name == strings.TrimPrefix(m.constant, "Notification")+"Notification" {
			return fmt.Sprintf("is the notification %s%s", m.method, b.sender(d))
		}
	}
	text := meanings[d.name]
	if d.kind == aliasDecl && arbitrary[d.name] != "" {
		text = "is " + arbitrary[d.name]
	}
	if text == "" {
		text = b.derived(d)
	}
	switch d.kind {
	case aliasDecl:
		if d.node.anyOf != nil && arbitrary[d.name] == "" {
			text += ", as it came"
		}
	case unionDecl:
		names := make([]string, 0, len(d.cases)+1)
		for _, c := range d.cases {
			names = append(names, "*"+c.name)
		}
		if d.unknown != "" {
			names = append(names, "*"+d.unknown)
		}
		text += ": one of " + strings.Join(names, ", ")
	case enumDecl:
		if !d.strict {
			text += ". Other values than the known ones are kept"
		}
	}
	return text
}

// sender says who sends the message d.
func (b *builder) sender(d *decl) string {
	var who []string
	for _, u := range d.unions {
		switch {
		case strings.HasPrefix(u.name, "Client"):
			who = append(who, "a client")
		case strings.HasPrefix(u.name, "Server"):
			who = append(who, "a server")
		}
	}
	if len(who) == 0 {
		return ""
	}
	return " of " + strings.Join(slices.Compact(who), " or ")
}

// derived returns what the name of d says.
func (b *builder) derived(d *decl) string {
	for _, m := range b.file.methods {
		switch d.name {
		case m.params:
			return "are the params of " + b.methodsWith(func(o method) bool { return o.params == d.name })
		case m.result:
			return "answers " + b.methodsWith(func(o method) bool { return o.result == d.name })
		}
	}
	if base, ok := strings.CutSuffix(d.name, "ResultResponse"); ok {
		return "is the reply to a [" + base + "Request]"
	}
	if d.defined {
		return "is the " + spoken(d.name) + " of MCP"
	}
	owner, member := b.place(d)
	if owner == "" {
		return fmt.Sprintf("is an item of [%s]", strings.TrimSuffix(d.name, "Item"))
	}
	return fmt.Sprintf("is the member %s of [%s]", member, owner)
}

// methodsWith lists the methods that match.
func (b *builder) methodsWith(match func(method) bool) string {
	var names []string
	for _, m := range b.file.methods {
		if match(m) {
			names = append(names, m.method)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// place returns the type and the member that the made-up type d stands in.
func (b *builder) place(d *decl) (owner, member string) {
	for _, o := range b.file.types {
		rest, ok := strings.CutPrefix(d.name, o.name)
		if !ok || o.node == nil || len(o.name) <= len(owner) {
			continue
		}
		for _, f := range o.fields {
			if suffixName(f.member) == rest {
				owner, member = o.name, f.member
			}
		}
		for _, r := range o.raws {
			if suffixName(r.field.member) == rest {
				owner, member = o.name, r.field.member
			}
		}
	}
	return owner, member
}

// wrap breaks text into lines of a comment.
func wrap(text string) []string {
	var lines []string
	line := ""
	for _, w := range strings.Fields(text) {
		if line != "" && len(line)+1+len(w) > 76 {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(lines, line)
}

package main

import "strings"

// This file holds everything in which the generated types differ on purpose
// from what a schema says. Nothing else does, and nothing is edited by hand.

// addedMember is a member that a schema does not have.
type addedMember struct {
	name    string
	schema  string // of the member
	comment string
}

// added are members of single definitions.
var added = map[string][]addedMember{
	// Servers of this program say here how they identify themselves over HTTP.
	// Clients never send it and nobody may require it.
	// (spec: mcp, Implementation.user_agent)
	"Implementation": {{
		name: "user_agent", schema: `{"type":"string"}`,
		comment: "the HTTP user agent of the program; no part of MCP",
	}},
}

// metaRequest and metaNotification are the _meta of params that a schema lost
// when it was made from its source: every request and notification may have it.
const (
	metaRequest      = `{"type":"object","properties":{"progressToken":{"$ref":"#/definitions/ProgressToken"}},"additionalProperties":{}}`
	metaNotification = `{"type":"object","additionalProperties":{}}`
)

// keptRaw are members that stay as they came, whatever the schema says about
// their form: the schemas of tools lose keywords and the order of their
// properties otherwise, both of which models see. A method parses them into the
// type that the schema gives.
var keptRaw = map[string]string{
	"Tool.inputSchema":  "the JSON Schema of the arguments",
	"Tool.outputSchema": "the JSON Schema of the structured content",
}

// literalNumbers are definitions whose numbers keep their spelling, because
// they are bounds that are shown and sent on.
var literalNumbers = map[string]bool{"NumberSchema": true}

// arbitrary are definitions that stand for JSON of any content. Their lists of
// types leave out null and fractions, which are meant too.
var arbitrary = map[string]string{
	"JSONValue":  "any JSON value",
	"JSONObject": "any JSON object",
	"JSONArray":  "any JSON array",
}

// fills are members with one value that nobody has to send: it is written, and
// not looked at when read.
var fills = map[string]bool{"jsonrpc": true}

// isMetaObject reports whether the definition is the content of a _meta, which
// is open in any case.
func isMetaObject(name string) bool { return strings.HasSuffix(name, "MetaObject") }

package schema

import (
	"reflect"
	"strings"
	"sync"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// wireNames are the names that types have in the descriptions, where they
// differ from those in Go. Clients import the types by these names.
// (spec: app-server, TypeScript generation)
var wireNames = sync.OnceValue(func() map[reflect.Type]string {
	return map[reflect.Type]string{
		reflect.TypeFor[protocol.BackgroundEvent]():                  "BackgroundEventEvent",
		reflect.TypeFor[protocol.CancelLoginChatGPTParams]():         "CancelLoginChatGptParams",
		reflect.TypeFor[protocol.CancelLoginChatGPTResponse]():       "CancelLoginChatGptResponse",
		reflect.TypeFor[protocol.ClientInput]():                      "InputItem",
		reflect.TypeFor[protocol.ConversationID]():                   "ConversationId",
		reflect.TypeFor[protocol.ConversationPathEvent]():            "ConversationPathResponseEvent",
		reflect.TypeFor[protocol.InputItem]():                        "CoreInputItem",
		reflect.TypeFor[protocol.LoginAPIKeyParams]():                "LoginApiKeyParams",
		reflect.TypeFor[protocol.LoginAPIKeyResponse]():              "LoginApiKeyResponse",
		reflect.TypeFor[protocol.LoginChatGPTCompleteNotification](): "LoginChatGptCompleteNotification",
		reflect.TypeFor[protocol.LoginChatGPTParams]():               "LoginChatGptParams",
		reflect.TypeFor[protocol.LoginChatGPTResponse]():             "LoginChatGptResponse",
		reflect.TypeFor[protocol.LogoutChatGPTParams]():              "LogoutChatGptParams",
		reflect.TypeFor[protocol.LogoutChatGPTResponse]():            "LogoutChatGptResponse",
		reflect.TypeFor[protocol.Plan]():                             "UpdatePlanArgs",
		reflect.TypeFor[protocol.PlanStep]():                         "PlanItemArg",
		reflect.TypeFor[protocol.ReviewOutput]():                     "ReviewOutputEvent",
		reflect.TypeFor[protocol.SavedProfile]():                     "Profile",
		reflect.TypeFor[protocol.SavedTools]():                       "Tools",
		reflect.TypeFor[wire.ID]():                                   "RequestId",
	}
})

// layouts say how the cases of a union stand in the descriptions. The default
// is a type for each case, with the tag among its members.
var layouts = sync.OnceValue(func() map[reflect.Type]layout {
	return map[reflect.Type]layout{
		reflect.TypeFor[protocol.EventMsg]():         layoutPayloads,
		reflect.TypeFor[protocol.SandboxPolicy]():    layoutInline,
		reflect.TypeFor[protocol.ParsedCommand]():    layoutInline,
		reflect.TypeFor[protocol.ClientInput]():      layoutInline,
		reflect.TypeFor[protocol.InputItem]():        layoutInline,
		reflect.TypeFor[protocol.FileChange]():       layoutInline,
		reflect.TypeFor[protocol.ContentItem]():      layoutInline,
		reflect.TypeFor[protocol.ReasoningContent](): layoutInline,
		reflect.TypeFor[protocol.WebSearchAction]():  layoutInline,
	}
})

// layout is a way to write down the cases of a union.
type layout byte

const (
	// layoutNamed makes each case a type.
	layoutNamed layout = iota
	// layoutInline writes the cases out where the union stands.
	layoutInline
	// layoutPayloads makes each case a type without the tag, which stands
	// beside it in the union. A case without members is only its tag.
	layoutPayloads
)

// nearer describes members whose Go type is raw JSON or a string, although
// more is known about them. The key is the Go type and field.
func (b *builder) nearer(key string) (form expr, ok bool, err error) {
	switch key {
	case "protocol.GitDiffToRemoteResponse.Sha":
		form, err = b.add("GitSha", "The name of a commit, in hex digits.", textExpr{})
	case "mcptypes.Tool.InputSchema":
		form, err = b.form(reflect.TypeFor[mcptypes.ToolInputSchema]())
	case "mcptypes.Tool.OutputSchema":
		form, err = b.form(reflect.TypeFor[mcptypes.ToolOutputSchema]())
	default:
		return nil, false, nil
	}
	return form, true, err
}

// custom describes the types that write or read themselves: what they do is not
// visible from outside.
func (b *builder) custom(t reflect.Type) (form expr, ok bool, err error) {
	switch t {
	case reflect.TypeFor[protocol.SubscriptionID](), reflect.TypeFor[protocol.LoginID]():
		form = textExpr{format: formatUUID}
	case reflect.TypeFor[protocol.ConversationID]():
		form, err = b.named(t, func() (expr, error) { return textExpr{format: formatUUID}, nil })
	case reflect.TypeFor[protocol.SessionSource]():
		form, err = b.named(t, func() (expr, error) {
			return openEnum(protocol.SourceCLI, protocol.SourceVSCode, protocol.SourceExec, protocol.SourceMCP, protocol.SourceUnknown), nil
		})
	case reflect.TypeFor[mcptypes.Role]():
		form, err = b.named(t, func() (expr, error) { return openEnum(mcptypes.RoleAssistant, mcptypes.RoleUser), nil })
	case reflect.TypeFor[protocol.McpCallResult]():
		form, err = b.callResult()
	case reflect.TypeFor[protocol.RolloutLine]():
		form, err = b.named(t, b.rolloutLine)
	case reflect.TypeFor[wire.ID]():
		form, err = b.add(wireNames()[t], "The id of a request, which its response repeats.",
			&unionExpr{overlap: true, cases: []expr{textExpr{}, numberExpr{format: "int64"}}})
	default:
		if get, is := optionalOf(t); is {
			form, err = b.form(get)
			break
		}
		return nil, false, nil
	}
	return form, true, err
}

// optionalOf returns the type of the value of a [protocol.Optional].
func optionalOf(t reflect.Type) (reflect.Type, bool) {
	get, ok := t.MethodByName("Get")
	if !ok || !strings.HasPrefix(t.Name(), "Optional[") || t.PkgPath() != reflect.TypeFor[protocol.Event]().PkgPath() {
		return nil, false
	}
	return get.Type.Out(0), true
}

// callResult is {"Ok": result} or {"Err": text}.
func (b *builder) callResult() (expr, error) {
	result, err := b.form(reflect.TypeFor[protocol.McpToolResult]())
	if err != nil {
		return nil, err
	}
	return &unionExpr{overlap: true, cases: []expr{
		&objectExpr{members: []member{{name: "Ok", form: result}}},
		&objectExpr{members: []member{{name: "Err", form: textExpr{}}}},
	}}, nil
}

// rolloutLine is an object for each type of line.
func (b *builder) rolloutLine() (expr, error) {
	u, err := unionOf(reflect.TypeFor[protocol.RolloutItem]())
	if err != nil {
		return nil, err
	}
	time := member{name: "timestamp", doc: "When the line was written: UTC with three fractional digits and a Z.", form: textExpr{}}
	rest := []member{
		{name: "ordinal", doc: "The number of the line, where lines are numbered.", form: numberExpr{format: "uint64"}, optional: true, nullable: true},
		{name: "item_id", doc: "The id that the model gave to the item, for providers that need it again.", form: textExpr{}, optional: true, nullable: true},
	}
	line := func(typ member, payload expr) []member {
		return append([]member{time, typ, {name: u.Content, form: payload}}, rest...)
	}
	lines := &unionExpr{}
	for _, c := range u.Cases {
		payload, err := b.form(c.Type)
		if err != nil {
			return nil, err
		}
		lines.cases = append(lines.cases, &objectExpr{members: line(member{name: u.Tag, form: constant(c.Tag)}, payload)})
	}
	if u.Unknown != nil {
		lines.other = &otherExpr{tag: u.Tag, members: append([]member{time, {name: u.Content, form: anyExpr{}}}, rest...)}
	}
	return lines, nil
}

// openEnum is an enum in which other values may come too.
func openEnum[T ~string](values ...T) enumExpr {
	e := enumExpr{open: true}
	for _, v := range values {
		e.values = append(e.values, string(v))
	}
	return e
}

// Formats of strings.
const (
	formatUUID   = "uuid"
	formatBase64 = "base64"
)

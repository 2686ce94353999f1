package prompt

import (
	"slices"
	"strings"

	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// Environment is what a turn tells the model about its surroundings. Zero
// fields are left out. (spec: agent-loop, environment context)
type Environment struct {
	Cwd            string
	ApprovalPolicy protocol.AskForApproval
	SandboxPolicy  protocol.SandboxPolicy
	// Shell is the name of the user's shell.
	Shell string
}

// Equal reports whether both say the same.
func (e Environment) Equal(f Environment) bool {
	return e == f || e.Text() == f.Text() // mostly it is the very same policy
}

// Item returns the message for the model.
func (e Environment) Item() *protocol.MessageItem { return userText(e.Text()) }

// Text returns the text of the message.
func (e Environment) Text() string {
	var b strings.Builder
	b.WriteString(environmentOpen + "\n")
	element := func(name, value string) {
		if value != "" {
			b.WriteString("  <" + name + ">" + inert(value) + "</" + name + ">\n")
		}
	}
	element("cwd", e.Cwd)
	element("approval_policy", string(e.ApprovalPolicy))
	if e.SandboxPolicy != nil {
		element("sandbox_mode", string(e.SandboxPolicy.Mode()))
		network := "restricted"
		if protocol.FullNetwork(e.SandboxPolicy) {
			network = "enabled"
		}
		element("network_access", network)
		if p, ok := e.SandboxPolicy.(*protocol.WorkspaceWritePolicy); ok && len(p.WritableRoots) > 0 {
			b.WriteString("  <writable_roots>\n")
			for _, root := range p.WritableRoots {
				b.WriteString("    <root>" + inert(root) + "</root>\n")
			}
			b.WriteString("  </writable_roots>\n")
		}
	}
	element("shell", e.Shell)
	b.WriteString(environmentClose)
	return b.String()
}

// With returns e with the fields that f states.
func (e Environment) With(f Environment) Environment {
	if f.Cwd != "" {
		e.Cwd = f.Cwd
	}
	if f.ApprovalPolicy != "" {
		e.ApprovalPolicy = f.ApprovalPolicy
	}
	if f.SandboxPolicy != nil {
		e.SandboxPolicy = f.SandboxPolicy
	}
	if f.Shell != "" {
		e.Shell = f.Shell
	}
	return e
}

// LastEnvironment returns the text of the last message in a history that tells
// of an environment, without the shell, and whether there is one.
func LastEnvironment(items []protocol.ResponseItem) (string, bool) {
	for _, item := range slices.Backward(items) {
		m, ok := item.(*protocol.MessageItem)
		if !ok || m.Role != "user" || len(m.Content) != 1 {
			continue
		}
		c, ok := m.Content[0].(*protocol.InputTextContent)
		if !ok || rollout.Classify(c.Text) != protocol.KindEnvironmentContext {
			continue
		}
		text := c.Text
		if i := strings.LastIndex(text, "  <shell>"); i >= 0 {
			text = text[:i] + environmentClose
		}
		return text, true
	}
	return "", false
}

// inert keeps a value from forging tags: a path may hold anything.
func inert(value string) string {
	if !strings.ContainsAny(value, "<>") {
		return value
	}
	return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(value)
}

// Tags of the context messages.
const (
	environmentOpen   = "<environment_context>"
	environmentClose  = "</environment_context>"
	instructionsOpen  = "<user_instructions>"
	instructionsClose = "</user_instructions>"
)

// UserInstructionsItem returns the message that carries the user's
// instructions.
func UserInstructionsItem(text string) *protocol.MessageItem {
	return userText(instructionsOpen + "\n\n" + text + "\n\n" + instructionsClose)
}

func userText(text string) *protocol.MessageItem {
	return &protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: text}}}
}

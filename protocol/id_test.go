package protocol_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol"
)

func TestParseConversationID(t *testing.T) {
	t.Parallel()
	const want = "0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"
	for _, tc := range []struct {
		in string
		ok bool
	}{
		{want, true},
		{"0199AAAA-BBBB-7CCC-8DDD-EEEEEEEEEEEE", true},
		{"0199aaaabbbb7ccc8dddeeeeeeeeeeee", true},
		{"{0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee}", true},
		{"urn:uuid:0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", true},
		{"URN:UUID:0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", true},
		{"", false},
		{"0199aaaa", false},
		{"0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeeg", false},
		{"0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee ", false},
		{"0199aaaabbbb-7ccc-8ddd-eeeeeeeeeeeee", false},
		{"{0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", false},
		{"{0199aaaabbbb7ccc8dddeeeeeeeeeeee}", false},
		{"urn:uuid:0199aaaabbbb7ccc8dddeeeeeeeeeeee", false},
		{"0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeé", false},
	} {
		got, err := protocol.ParseConversationID(tc.in)
		if (err == nil) != tc.ok || tc.ok && got != want || !tc.ok && got != "" {
			t.Errorf("ParseConversationID(%q) = %q, %v", tc.in, got, err)
		}
	}
}

func TestNewIDs(t *testing.T) {
	t.Parallel()
	v4 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	v7 := regexp.MustCompile(`^019[0-9a-f]{5}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	at := time.Date(2025, 9, 30, 8, 0, 0, 123_000_000, time.UTC)
	for _, tc := range []struct {
		name  string
		make  func() string
		match *regexp.Regexp
	}{
		{"conversation", func() string { return string(protocol.NewConversationID(at)) }, v7},
		{"turn", func() string { return protocol.NewTurnID(at) }, v7},
		{"subscription", func() string { return string(protocol.NewSubscriptionID()) }, v4},
		{"login", func() string { return string(protocol.NewLoginID()) }, v4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, b := tc.make(), tc.make()
			if !tc.match.MatchString(a) {
				t.Errorf("id %q", a)
			}
			if a == b {
				t.Errorf("two ids are %q", a)
			}
		})
	}
	earlier, later := protocol.NewConversationID(at), protocol.NewConversationID(at.Add(time.Millisecond))
	if earlier >= later {
		t.Errorf("%q does not sort before %q", earlier, later)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   time.Duration
		wire protocol.Duration
		back time.Duration
	}{
		{"zero", 0, protocol.Duration{}, 0},
		{"fraction", 1500 * time.Millisecond, protocol.Duration{Secs: 1, Nanos: 500_000_000}, 1500 * time.Millisecond},
		{"negative", -time.Second, protocol.Duration{}, 0},
		{"longest", 1<<63 - 1, protocol.Duration{Secs: 9223372036, Nanos: 854775807}, 1<<63 - 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := protocol.DurationOf(tc.in)
			if got != tc.wire || got.Std() != tc.back {
				t.Errorf("DurationOf(%v) = %+v, and back %v", tc.in, got, got.Std())
			}
		})
	}
	for _, d := range []protocol.Duration{
		{Secs: 1 << 63}, {Secs: 9223372035, Nanos: 4294967295}, {Secs: 9223372037}, {Secs: 9223372036, Nanos: 854775808}, {Secs: 9223372036, Nanos: 4294967295},
	} {
		if d.Std() != 1<<63-1 {
			t.Errorf("%+v is %v", d, d.Std())
		}
	}
}

func TestTokenUsage(t *testing.T) {
	t.Parallel()
	a := protocol.TokenUsage{InputTokens: 1, CachedInputTokens: 2, OutputTokens: 3, ReasoningOutputTokens: 4, TotalTokens: 5}
	want := protocol.TokenUsage{InputTokens: 2, CachedInputTokens: 4, OutputTokens: 6, ReasoningOutputTokens: 8, TotalTokens: 10}
	if got := a.Add(a); got != want {
		t.Errorf("Add = %+v", got)
	}
	if got := a.InContext(); got != 1 {
		t.Errorf("InContext = %d", got)
	}
	if got := (protocol.TokenUsage{ReasoningOutputTokens: 4}).InContext(); got != 0 {
		t.Errorf("InContext of no tokens = %d", got)
	}
}

func TestSandboxPolicies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in             protocol.SandboxPolicy
		mode           protocol.SandboxMode
		write, network bool
	}{
		{&protocol.DangerFullAccessPolicy{}, protocol.SandboxDangerFullAccess, true, true},
		{&protocol.ReadOnlyPolicy{}, protocol.SandboxReadOnly, false, false},
		{&protocol.WorkspaceWritePolicy{}, protocol.SandboxWorkspaceWrite, false, false},
		{&protocol.WorkspaceWritePolicy{NetworkAccess: true}, protocol.SandboxWorkspaceWrite, false, true},
	} {
		if tc.in.Mode() != tc.mode || protocol.FullDiskWrite(tc.in) != tc.write || protocol.FullNetwork(tc.in) != tc.network {
			t.Errorf("%T: mode %s, write %v, network %v", tc.in, tc.in.Mode(), protocol.FullDiskWrite(tc.in), protocol.FullNetwork(tc.in))
		}
	}
}

func TestClientInputForms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   protocol.ClientInput
		want string
	}{
		{&protocol.TextClientInput{Text: "t"}, `{"type":"text","text":"t"}`},
		{&protocol.ImageClientInput{ImageURL: "u"}, `{"type":"image","image_url":"u"}`},
		{&protocol.LocalImageClientInput{Path: "p"}, `{"type":"local_image","path":"p"}`},
	} {
		got, err := protocol.Append(nil, tc.in.Input())
		if err != nil || string(got) != tc.want {
			t.Errorf("%T becomes %s, %v", tc.in, got, err)
		}
	}
}

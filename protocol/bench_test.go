package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// The twins have the fields and tags of the types beside them and no methods,
// so that encoding/json works on them by itself.
type (
	twinNotification[E any] struct {
		ID             string `json:"id"`
		Msg            E      `json:"msg"`
		ConversationID string `json:"conversationId"`
	}
	twinDelta struct {
		Type  string `json:"type"`
		Delta string `json:"delta"`
	}
	twinExecEnd struct {
		Type             string       `json:"type"`
		CallID           string       `json:"call_id"`
		Stdout           string       `json:"stdout"`
		Stderr           string       `json:"stderr"`
		AggregatedOutput string       `json:"aggregated_output"`
		ExitCode         int32        `json:"exit_code"`
		Duration         twinDuration `json:"duration"`
		FormattedOutput  string       `json:"formatted_output"`
	}
	twinDuration struct {
		Secs  uint64 `json:"secs"`
		Nanos uint32 `json:"nanos"`
	}
	twinTokenCount struct {
		Type       string          `json:"type"`
		Info       *twinUsageInfo  `json:"info"`
		RateLimits *twinRateLimits `json:"rate_limits"`
	}
	twinUsage struct {
		InputTokens           uint64 `json:"input_tokens"`
		CachedInputTokens     uint64 `json:"cached_input_tokens"`
		OutputTokens          uint64 `json:"output_tokens"`
		ReasoningOutputTokens uint64 `json:"reasoning_output_tokens"`
		TotalTokens           uint64 `json:"total_tokens"`
	}
	twinUsageInfo struct {
		TotalTokenUsage    twinUsage `json:"total_token_usage"`
		LastTokenUsage     twinUsage `json:"last_token_usage"`
		ModelContextWindow *uint64   `json:"model_context_window"`
	}
	twinRateLimits struct {
		Primary   *twinWindow `json:"primary"`
		Secondary *twinWindow `json:"secondary"`
	}
	twinWindow struct {
		UsedPercent     float64 `json:"used_percent"`
		WindowMinutes   *uint64 `json:"window_minutes"`
		ResetsInSeconds *uint64 `json:"resets_in_seconds"`
	}
	twinLine[P any] struct {
		Timestamp string `json:"timestamp"`
		Type      string `json:"type"`
		Payload   P      `json:"payload"`
	}
	twinMessage struct {
		Type    string        `json:"type"`
		Role    string        `json:"role"`
		Content []twinContent `json:"content"`
	}
	twinContent struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
)

const benchConversation = "01a2029d-382a-70f3-8903-4d64504c64fb"

var benchOutput = strings.Repeat("drwxr-xr-x 2 user group 4096 Sep 30 08:00 some \"folder\" & file\n", 40)

func benchNotification(msg protocol.EventMsg) *protocol.EventNotification {
	return &protocol.EventNotification{ID: "12", Msg: msg, ConversationID: benchConversation}
}

func benchTokenCount() (*protocol.TokenCountEvent, twinTokenCount) {
	usage := protocol.TokenUsage{InputTokens: 81234, CachedInputTokens: 70000, OutputTokens: 512, ReasoningOutputTokens: 128, TotalTokens: 81746}
	return &protocol.TokenCountEvent{
			Info: &protocol.TokenUsageInfo{TotalTokenUsage: usage, LastTokenUsage: usage, ModelContextWindow: new(uint64(272000))},
			RateLimits: &protocol.RateLimitSnapshot{
				Primary: &protocol.RateLimitWindow{UsedPercent: 37.5, WindowMinutes: new(uint64(300)), ResetsInSeconds: new(uint64(840))},
			},
		}, twinTokenCount{
			Type: "token_count",
			Info: &twinUsageInfo{TotalTokenUsage: twinUsage(usage), LastTokenUsage: twinUsage(usage), ModelContextWindow: new(uint64(272000))},
			RateLimits: &twinRateLimits{
				Primary: &twinWindow{UsedPercent: 37.5, WindowMinutes: new(uint64(300)), ResetsInSeconds: new(uint64(840))},
			},
		}
}

func BenchmarkEncode(b *testing.B) {
	tokens, tokensTwin := benchTokenCount()
	for _, bc := range []struct {
		name string
		ours any
		twin any
	}{
		{
			name: "delta",
			ours: benchNotification(&protocol.AgentMessageDeltaEvent{Delta: "the next few words"}),
			twin: &twinNotification[twinDelta]{"12", twinDelta{"agent_message_delta", "the next few words"}, benchConversation},
		},
		{
			name: "exec_end",
			ours: benchNotification(&protocol.ExecCommandEndEvent{
				CallID: "call_1", Stdout: benchOutput, AggregatedOutput: benchOutput, FormattedOutput: benchOutput,
				Duration: protocol.Duration{Secs: 1, Nanos: 3119341},
			}),
			twin: &twinNotification[twinExecEnd]{"12", twinExecEnd{
				Type: "exec_command_end", CallID: "call_1", Stdout: benchOutput, AggregatedOutput: benchOutput,
				FormattedOutput: benchOutput, Duration: twinDuration{1, 3119341},
			}, benchConversation},
		},
		{
			name: "token_count",
			ours: benchNotification(tokens),
			twin: &twinNotification[twinTokenCount]{"12", tokensTwin, benchConversation},
		},
	} {
		b.Run(bc.name+"/wire", func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				var err error
				if dst, err = protocol.Append(dst[:0], bc.ours); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(dst)))
		})
		b.Run(bc.name+"/encoding_json", func(b *testing.B) {
			b.ReportAllocs()
			var n int
			for b.Loop() {
				out, err := json.Marshal(bc.twin)
				if err != nil {
					b.Fatal(err)
				}
				n = len(out)
			}
			b.SetBytes(int64(n))
		})
	}
}

func BenchmarkDecodeRolloutLine(b *testing.B) {
	message := &protocol.ResponseItemLine{Item: &protocol.MessageItem{
		Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: benchOutput}},
	}}
	tokens, _ := benchTokenCount()
	for _, bc := range []struct {
		name string
		item protocol.RolloutItem
		twin func() any
	}{
		{"message", message, func() any { return new(twinLine[twinMessage]) }},
		{"token_count", &protocol.EventMsgLine{Msg: tokens}, func() any { return new(twinLine[twinTokenCount]) }},
	} {
		line, err := protocol.Append(nil, &protocol.RolloutLine{Timestamp: "2025-09-30T08:00:00.070Z", Item: bc.item})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bc.name+"/wire", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				var l protocol.RolloutLine
				if err := protocol.Unmarshal(line, &l); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bc.name+"/encoding_json", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				if err := json.Unmarshal(line, bc.twin()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bc.name+"/peek", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				if _, _, ok := protocol.PeekRolloutLine(line); !ok {
					b.Fatal("no type")
				}
			}
		})
		b.Run(bc.name+"/valid", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				if !wire.Valid(line) {
					b.Fatal("not valid")
				}
			}
		})
	}
}

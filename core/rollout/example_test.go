package rollout_test

import (
	"context"
	"fmt"
	"os"

	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

func Example() {
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(home)
	ctx := context.Background()
	store := rollout.NewFileStore(home, nil)

	w, err := store.Create(ctx, rollout.Meta{Cwd: "/project", Source: protocol.SourceCLI}, rollout.WriterOptions{})
	if err != nil {
		panic(err)
	}
	question := &protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: "Why?"}}}
	err = w.Record(
		&protocol.ResponseItemLine{Item: question},
		&protocol.EventMsgLine{Msg: &protocol.UserMessageEvent{Message: "Why?", Kind: protocol.KindPlain}},
	)
	if err != nil {
		panic(err)
	}
	if err := w.Close(ctx); err != nil {
		panic(err)
	}

	page, err := store.List(ctx, rollout.ListQuery{})
	if err != nil {
		panic(err)
	}
	for _, c := range page.Items {
		history, err := store.Load(ctx, c.Path)
		if err != nil {
			panic(err)
		}
		fmt.Println(c.Preview, len(history.Items))
	}
	// Output: Why? 1
}

func ExampleFileStore_Read() {
	store := rollout.NewFileStore("/home/user/.codex", nil)
	var report rollout.Report
	for line, err := range store.Read(context.Background(), "testdata/release-0.44.jsonl", &report) {
		if err != nil {
			panic(err)
		}
		if item, ok := line.Item.(*protocol.CompactedLine); ok {
			fmt.Println(item.Message)
		}
	}
	fmt.Println(report.Lines, report.Invalid)
	// Output:
	// The story so far.
	// 21 0
}

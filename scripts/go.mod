module github.com/codex-go/codex/scripts

go 1.26.0

require (
	github.com/codex-go/codex/mcptypes v0.0.0
	github.com/codex-go/codex/protocol v0.0.0
	github.com/google/go-cmp v0.7.0
	golang.org/x/mod v0.43.0
)

require (
	github.com/bahlo/generic-list-go v0.2.0 // indirect
	github.com/buger/jsonparser v1.1.2 // indirect
	github.com/invopop/jsonschema v0.14.0 // indirect
	github.com/pb33f/ordered-map/v2 v2.3.1 // indirect
	go.yaml.in/yaml/v4 v4.0.0-rc.2 // indirect
	golang.org/x/text v0.44.0 // indirect
)

replace github.com/codex-go/codex/protocol => ../protocol

replace github.com/codex-go/codex/mcptypes => ../mcptypes

replace github.com/codex-go/codex/utils => ../utils

replace github.com/codex-go/codex/core => ../core

replace github.com/codex-go/codex/appserver => ../appserver

replace github.com/codex-go/codex/mcpserver => ../mcpserver

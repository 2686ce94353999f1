module github.com/codex-go/codex/cmd

go 1.26.0

require (
	github.com/codex-go/codex/appserver v0.0.0
	github.com/codex-go/codex/core v0.0.0
	github.com/codex-go/codex/mcpserver v0.0.0
	github.com/codex-go/codex/mcptypes v0.0.0
	github.com/codex-go/codex/protocol v0.0.0
	github.com/codex-go/codex/utils v0.0.0
)

require (
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/joho/godotenv v1.5.1 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	github.com/rs/zerolog v1.35.1 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	golang.org/x/sys v0.50.0 // indirect
)

replace github.com/codex-go/codex/protocol => ../protocol

replace github.com/codex-go/codex/mcptypes => ../mcptypes

replace github.com/codex-go/codex/utils => ../utils

replace github.com/codex-go/codex/core => ../core

replace github.com/codex-go/codex/appserver => ../appserver

replace github.com/codex-go/codex/mcpserver => ../mcpserver

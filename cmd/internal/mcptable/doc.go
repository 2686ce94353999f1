// Package mcptable prints the configured MCP servers, as text tables and as
// JSON. Secrets are masked unless they are asked for. (spec: config-and-auth,
// mcp list and get)
package mcptable

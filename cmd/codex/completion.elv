# elvish completion for codex
use str

set edit:completion:arg-completer[codex] = {|@words|
    var lines = []
    try {
        set lines = [(e:codex __complete (all $words[1..]) 2>/dev/null | from-lines)]
    } catch e {
        nop # no candidates
    }
    var found = $false
    var files = $false
    for line $lines {
        if (str:has-prefix $line ':') {
            # The third bit says that file names are no candidates.
            set files = (not (has-value [4 5 6 7] (str:trim-prefix $line ':')))
        } else {
            set found = $true
            var parts = [(str:split &max=2 "\t" $line)]
            if (== (count $parts) 2) {
                edit:complex-candidate $parts[0] &display=$parts[0]' ('$parts[1]')'
            } else {
                put $parts[0]
            }
        }
    }
    if (and $files (not $found)) {
        edit:complete-filename $words[-1]
    }
}

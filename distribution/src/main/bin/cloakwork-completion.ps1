# Completes cloakwork in PowerShell: verbs, and the options of each. In $PROFILE:
#   . C:\where\it\is\bin\cloakwork-completion.ps1
Register-ArgumentCompleter -Native -CommandName cloakwork, cloakwork.cmd -ScriptBlock {
    param($word, $ast, $position)
    $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
    $verb = if ($words.Count -gt 1 -and $words[1] -ne $word) { $words[1] }
    $lines = if ($verb) { & $words[0] $verb --help 2>$null } else { & $words[0] help 2>$null }
    foreach ($line in $lines) {
        if ($line -match '^  (?<name>\S+)\s+(?:[A-Z]\S*\s+)?(?<text>.+)$') {
            if ($Matches.name.StartsWith($word)) {
                [System.Management.Automation.CompletionResult]::new($Matches.name, $Matches.name, 'ParameterValue',
                    $Matches.text.Trim())
            }
        }
    }
}

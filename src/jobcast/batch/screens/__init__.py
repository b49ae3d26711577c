"""What the commands of LoadLeveler and LSF print, drawn from one snapshot."""

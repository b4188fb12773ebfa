"""What GitHub's workflows do with a pull request of a stranger. Nothing here runs what the stranger wrote."""

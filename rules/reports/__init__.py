"""From the rows of a campaign to the data of one report."""

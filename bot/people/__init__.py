"""Who somebody is and which role they hold: the organization's file, its rota, and Slack's word on the person."""

"""Countersign: a Slack bot that carries a company's software deployment guide.

Engineers ask for a deployment, the people whom the guide names sign with a button, a hotfix writes its own timeline, and every act is in the log.
"""

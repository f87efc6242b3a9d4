"""Client of Prefect's REST API: endpoint, authentication, requests, conversion of records."""

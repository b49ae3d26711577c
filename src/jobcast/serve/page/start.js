// Shows the service's own OpenAPI document; nothing is asked elsewhere.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  validatorUrl: null,
  onComplete: () => { document.documentElement.dataset.ready = "true"; },
});

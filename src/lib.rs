//! msa-playground: microservices simulated in the page.

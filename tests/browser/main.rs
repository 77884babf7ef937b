//! The built page in real browsers. `make test` builds it and says where everything is: MSA_DIST (the built page),
//! MSA_CHROMEDRIVER, MSA_CHROMIUM and MSA_AXE (axe-core).

mod harness;
mod harness_works;

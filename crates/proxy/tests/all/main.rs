//! The program as containers run it: real processes, real sockets.






mod support;
mod switch_over;


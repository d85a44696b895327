//! The door: routes, cookies, the frame page, the sign-in page, CORS, limits and health

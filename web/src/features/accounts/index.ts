export { logOut } from "./actions";
export { accountQueries, canAdminister } from "./queries";
